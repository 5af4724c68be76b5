// The config file: one change to the small rig for each thing that can be wrong.
#include "app/config.hpp"

#include <array>
#include <sstream>

#include "app/config_file.hpp"
#include "app/config_problems.hpp"

namespace malin::app {
namespace {

using std::chrono_literals::operator""s;
using testing::HasSubstr;

TEST_F(ConfigFile, a_small_rig_is_read_with_its_defaults) {
  const ConfigResult config = parse(small_rig);
  ASSERT_TRUE(config) << all_of(config.error());
  EXPECT_EQ(config->cards.front().driver, "nvml");
  EXPECT_EQ(config->cards.front().headroom, mebibytes(256));
  EXPECT_EQ(config->swap.idle_grace, 8s);
  EXPECT_EQ(config->renderers.front().card, "gpu0");
  EXPECT_EQ(config->renderers.front().url, "http://127.0.0.1:8188");
  EXPECT_EQ(config->senses.front().identifier, "big");
  EXPECT_EQ(config->kinds.front().tag, "SELFIE");
  EXPECT_EQ(config->kinds.front().workflow, (folder_ / "w.json").string());
  EXPECT_EQ(config->courier->token.reveal(), "123:abc");
  EXPECT_EQ(config->api.address, "127.0.0.1");
  EXPECT_EQ(config->api.port, 7425);
  EXPECT_EQ(config->root.state_dir, "/home/jun/.local/state/malin");
}

TEST_F(ConfigFile, ten_mistakes_give_ten_problems_with_their_lines) {
  std::string text = small_rig;
  const std::vector<std::array<std::string, 3>> mistakes = {
      {"total = \"24 GiB\"", "totl = \"24 GiB\"", "unknown key; did you mean \"total\"?"},
      {"type = \"http\"", "type = \"htpp\"", "\"htpp\" is not one of \"lmstudio\", \"chatterbox\", \"http\""},
      {"url = \"http://127.0.0.1:9000\"", "url = \"127.0.0.1:9000\"", "not an http or https address"},
      {"engine = \"lmstudio\"", "engine = \"lmstudoi\"", "there is no engine \"lmstudoi\"; did you mean \"lmstudio\"?"},
      {"footprint = \"12 GiB\"", "footprint = 12", "must be an amount of memory in quotes"},
      {"impact = 3", "impact = 3000", "is out of range: 1 to 1000"},
      {"workflow = \"w.json\"", "workflow = \"gone.json\"", "gone.json cannot be read: No such file"},
      {"need = \"6 GiB\"", "need = \"6 Gigs\"", "\"6 Gigs\" is not an amount of memory"},
      {"evict = [\"vision\"]", "evict = [\"visoin\"]", "there is no sense \"visoin\"; did you mean \"vision\"?"},
      {"token_env = \"BOT\"", "token = \"123:abc\"", "a token does not belong in this file"},
  };
  for (const auto& [from, to, message] : mistakes) text = replaced(text, from, to);
  text += "token_env = \"BOT\"\n";

  const ConfigResult config = parse(text);
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), mistakes.size()) << all_of(config.error());
  for (std::size_t i = 0; i < mistakes.size(); ++i) {
    EXPECT_EQ(config.error()[i].line, line_with(text, mistakes[i][1]));
    EXPECT_THAT(config.error()[i].text, HasSubstr(mistakes[i][2]));
  }
}

TEST_F(ConfigFile, each_mistake_alone_is_named_with_its_key_and_line) {
  const Mistake mistakes[] = {
      {"[courier]", "[swap]\nabsence_limit = \"10 parsecs\"\n[courier]", "swap.absence_limit", "not a length of time"},
      {"[courier]", "[swap]\nabsence_limit = 600\n[courier]", "swap.absence_limit", "must be a length of time"},
      {"[courier]", "[swap]\nsettle_limit = \"1h\"\n[courier]", "swap.settle_limit", "out of range: 1s to 5m"},
      {"[courier]", "[swap]\nrender_attempts = 1.5\n[courier]", "swap.render_attempts", "must be a whole number"},
      {"[courier]", "[presense]\nidle_grace = \"1s\"\n[courier]", "presense", "did you mean \"presence\"?"},
      {"[courier]", "[api]\nlisten = \"0.0.0.0:7425\"\n[courier]", "api.listen", "others could reach 0.0.0.0:7425"},
      {"[courier]", "[api]\nlisten = \"7425\"\n[courier]", "api.listen", "must be an address and a port"},
      {"[courier]", "[api]\nlisten = \"localhost:7425\"\n[courier]", "api.listen", "is not an IP address"},
      {"[courier]", "[api]\ntoken_env = \"NOPE\"\n[courier]", "api.token_env", "NOPE is not set"},
      {"[courier]", "[cards.gpu1]\nindex = 0\n[courier]", "renderers.comfyui.card", "more than one card"},
      {"chat_id = 42", "chat_id = \"42\"", "courier.chat_id", "must be a whole number"},
      {"chat_id = 42\n", "", "courier.chat_id", "is missing"},
      {"token_env = \"BOT\"", "", "courier", "the bot's token is missing"},
      {"model = \"eyes\"", "model = \"big\"", "senses.vision.identifier", "already called \"big\""},
      {"model = \"eyes\"", "model = \"\"", "senses.vision.model", "must not be empty"},
      {"model = \"eyes\"", "model = \"eyes\"\nload_config = \"{\"", "senses.vision.load_config", "is not JSON"},
      {"model = \"eyes\"", "model = \"eyes\"\nevictable = false", "kinds.selfie.evict", "has evictable = false"},
      {"model = \"eyes\"", "model = \"eyes\"\nevictable = \"no\"", "senses.vision.evictable", "must be true or false"},
      {"evict = [\"vision\"]", "evict = [\"voice\"]", "kinds.selfie.evict", "an engine that cannot unload it"},
      {"evict = [\"vision\"]", "evict = \"vision\"", "kinds.selfie.evict", "must be a list of texts"},
      {"evict = [\"vision\"]", "evict = [\"vision\", \"vision\"]", "kinds.selfie.evict", "twice"},
      {"need = \"6 GiB\"", "need = \"40 GiB\"", "kinds.selfie.need",
       "can never be free on card \"gpu0\": at most 20.8"},
      {"need = \"6 GiB\"", "need = \"9 GiB\"\nmay_widen = false", "kinds.selfie.need", "can never be free"},
      {"need = \"6 GiB\"", "need = \"6 GiB\"\ntag = \"self ie\"", "kinds.selfie.tag", "capital letters"},
      {"need = \"6 GiB\"", "need = \"6 GiB\"\nrender_limit = \"11m\"", "kinds.selfie.render_limit", "shorter than"},
      {"need = \"6 GiB\"", "need = \"6 GiB\"\nslots = 3", "kinds.selfie.slots", "must be a table of values"},
      {"need = \"6 GiB\"\n", "", "kinds.selfie.need", "is missing"},
      {"total = \"24 GiB\"", "total = \"20 GiB\"", "cards.gpu0.total", "footprints of its senses together, 21 GiB"},
      {"url = \"http://127.0.0.1:9000\"\n", "", "engines.voice.url", "is missing"},
      {"url = \"http://127.0.0.1:9000\"", "url = \"http://127.0.0.1:9000\"\nhealth = \"ok\"", "engines.voice.health",
       "must start with /"},
      {"[senses.vision]", "[senses.\"My Eyes\"]\n[senses.vision]", "senses.My Eyes", "small letters"},
  };
  for (const Mistake& mistake : mistakes) {
    const ConfigProblems found = problems_with(mistake.from, mistake.to);
    const auto match = std::ranges::find(found, mistake.key, &ConfigProblem::key);
    ASSERT_NE(match, found.end()) << mistake.to << " gave\n" << all_of(found);
    EXPECT_THAT(match->text, HasSubstr(mistake.text)) << mistake.to;
    EXPECT_GT(match->line, 0) << mistake.to;
  }
}

TEST_F(ConfigFile, a_text_that_is_not_toml_gives_one_problem_with_its_line) {
  const ConfigResult config = parse("[cards.gpu0]\nindex = = 1\n");
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 1U);
  EXPECT_EQ(config.error().front().line, 2);
}

TEST_F(ConfigFile, an_empty_file_names_every_missing_section) {
  const ConfigResult config = parse("");
  ASSERT_FALSE(config);
  for (const char* section : {"cards", "engines", "renderers", "senses", "kinds"}) {
    EXPECT_THAT(all_of(config.error()), HasSubstr(std::string("[") + section + ".NAME]"));
  }
}

TEST_F(ConfigFile, a_file_that_is_not_there_is_said_so) {
  const ConfigResult config = load_config(folder_ / "nowhere.toml", environment_);
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().front().text, HasSubstr("No such file"));
}

TEST_F(ConfigFile, a_token_file_is_read_only_when_nobody_else_can_read_it) {
  write("bot.token", "123:abc\n", 0600);
  const ConfigResult config = parse(replaced(small_rig, "token_env = \"BOT\"", "token_file = \"bot.token\""));
  ASSERT_TRUE(config) << all_of(config.error());
  EXPECT_EQ(config->courier->token.reveal(), "123:abc");

  write("bot.token", "123:abc\n", 0644);
  const ConfigProblems problems = problems_with("token_env = \"BOT\"", "token_file = \"bot.token\"");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems.front().text, HasSubstr("can be read by others"));
  EXPECT_THAT(problems.front().text, testing::Not(HasSubstr("123")));
}

TEST_F(ConfigFile, without_a_courier_section_nothing_is_sent) {
  const ConfigResult config = parse(small_rig.substr(0, small_rig.find("[courier]")));
  ASSERT_TRUE(config) << all_of(config.error());
  EXPECT_FALSE(config->courier);
  EXPECT_FALSE(config->core.courier) << "media stays in the spool";

  const ConfigProblems empty = problems_with("chat_id = 42\ntoken_env = \"BOT\"\n", "");
  EXPECT_THAT(all_of(empty), HasSubstr("courier.chat_id: is missing"));
  EXPECT_THAT(all_of(empty), HasSubstr("courier: the bot's token is missing"));
}

TEST_F(ConfigFile, a_server_that_can_be_stopped_and_started_can_be_restarted) {
  const std::string engine = "type = \"lmstudio\"\n";
  std::string text = small_rig;
  text.replace(text.find(engine), engine.size(), engine + "start = \"up\"\nstop = \"down\"\n");
  const ConfigResult config = parse(text);
  ASSERT_TRUE(config) << all_of(config.error());
  EXPECT_EQ(config->engines.front().restart, "down; up");
  EXPECT_TRUE(config->core.engine("lmstudio")->server.can_restart);

  EXPECT_THAT(all_of(problems_with(engine, engine + "stop = \"down\"\n")), HasSubstr("needs a start command"));
  EXPECT_THAT(all_of(problems_with(engine, engine + "restart = \"again\"\nstop = \"down\"\n")),
              HasSubstr("engines.lmstudio.stop: is not used where there is a restart command"));
}

TEST(Secret, prints_as_stars) {
  std::ostringstream out;
  out << Secret("123:abc") << " " << Secret();
  EXPECT_EQ(out.str(), "*** (none)");
}

TEST(Suggestion, is_the_nearest_name_or_all_of_them) {
  EXPECT_EQ(suggest("idel_grace", {"idle_grace", "turn_expiry"}), "; did you mean \"idle_grace\"?");
  EXPECT_EQ(suggest("colour", {"idle_grace", "turn_expiry"}), "; known here: idle_grace, turn_expiry");
}

}  // namespace
}  // namespace malin::app
