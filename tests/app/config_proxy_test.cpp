// [proxy]: there is one when the section is there, and its checks.
#include <gtest/gtest.h>

#include "app/config_file.hpp"

namespace malin::app {
namespace {

using testing::HasSubstr;

const std::string with_url = "type = \"lmstudio\"\nurl = \"http://127.0.0.1:1234\"";

class ConfigProxy : public ConfigFile {
 protected:
  // The small rig with an address for its LM Studio, and these lines in [proxy].
  static std::string rig(const std::string& lines) {
    std::string text = small_rig;
    text.replace(text.find("type = \"lmstudio\""), std::string("type = \"lmstudio\"").size(), with_url);
    return text + "[proxy]\n" + lines;
  }
  std::string only_problem(const std::string& lines) {
    const ConfigProblems problems = problems_of(rig(lines));
    EXPECT_EQ(problems.size(), 1U) << lines;
    return problems.empty() ? "" : problems.front().key + ": " + problems.front().text;
  }
};

TEST_F(ConfigProxy, without_its_section_there_is_none) { EXPECT_FALSE(parse(small_rig)->proxy); }

TEST_F(ConfigProxy, its_section_alone_will_do) {
  const ConfigResult config = parse(rig(""));
  ASSERT_TRUE(config);
  ASSERT_TRUE(config->proxy);
  EXPECT_EQ(config->proxy->upstream, "lmstudio");
  EXPECT_EQ(config->proxy->port, 1235);
  EXPECT_EQ(config->proxy->address, "127.0.0.1");
  EXPECT_EQ(config->proxy->away, "hold");
  EXPECT_TRUE(config->proxy->cut_tags);
}

TEST_F(ConfigProxy, all_of_it_is_read) {
  const ConfigResult config =
      parse(rig("listen = \"[::1]:0\"\naway = \"answer\"\naway_models = { vision = \"refuse\" }\n"
                "away_routes = { \"/v1/embeddings\" = \"hold\" }\nhold_limit = \"1m\"\ncut_tags = false\n"
                "comment_interval = \"2s\"\nturn_grace = \"4s\"\nupstream = \"voice\"\n"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->proxy->address, "::1");
  EXPECT_EQ(config->proxy->away_models.at("vision"), "refuse");
  EXPECT_EQ(config->proxy->away_routes.at("/v1/embeddings"), "hold");
  EXPECT_EQ(config->proxy->hold_limit, std::chrono::minutes(1));
  EXPECT_FALSE(config->proxy->cut_tags);
}

TEST_F(ConfigProxy, its_mistakes_are_named) {
  EXPECT_THAT(only_problem("listen = \"0.0.0.0:1235\""), HasSubstr("proxy.listen: others could reach"));
  EXPECT_THAT(only_problem("listen = \"127.0.0.1:7425\""), HasSubstr("the daemon's own address"));
  EXPECT_THAT(only_problem("upstream = \"nobody\""), HasSubstr("proxy.upstream: there is no engine \"nobody\""));
  EXPECT_THAT(only_problem("away = \"sulk\""), HasSubstr("proxy.away: \"sulk\" is not one of"));
  EXPECT_THAT(only_problem("away_models = { brain = \"sulk\" }"),
              HasSubstr("proxy.away_models: \"sulk\" is not one of"));
  EXPECT_THAT(only_problem("away_routes = { \"/v1/models\" = \"hold\" }"), HasSubstr("is no route that needs a model"));
  EXPECT_THAT(problems_of(small_rig + "[proxy]\n").front().text, HasSubstr("engine \"lmstudio\" needs a url"));
}

}  // namespace
}  // namespace malin::app
