// What the workflow file of a kind must hold, and what the kind's slots may say about it.
#include "app/config_file.hpp"
#include "core/requests.hpp"

namespace malin::app {
namespace {

using testing::HasSubstr;
using Slots = std::map<std::string, std::string>;

const std::string evict_line = "evict = [\"vision\"]";

TEST_F(ConfigFile, a_job_may_set_every_slot_of_the_workflow_and_the_config_sets_the_values_of_the_rest) {
  write("w.json", workflow("{{width=832}} {{look=soft}} {{style}}"), 0644);
  const ConfigResult config =
      parse(replaced(small_rig, evict_line, "slots = { width = 512, style = \"film\" }\n" + evict_line));
  ASSERT_TRUE(config) << all_of(config.error());
  const Slots expected{{"width", "512"}, {"look", "soft"}, {"style", "film"}};
  EXPECT_EQ(config->core.kinds.front().slots, expected);
  EXPECT_EQ(config->kinds.front().graph.slots().size(), 5U) << "these and prompt and seed";

  const auto accepted = [&config](const std::string& slot) {
    const Submission submission{.kind = "selfie", .prompt = "a rainy window", .params = {{slot, "1"}}};
    return submit_job(config->core, Ledger{}, submission, TimePoint{}).has_value();
  };
  for (const char* slot : {"width", "look", "style", "seed"}) EXPECT_TRUE(accepted(slot)) << slot;
  for (const char* slot : {"prompt", "height"}) EXPECT_FALSE(accepted(slot)) << slot;
}

TEST_F(ConfigFile, slots_may_be_numbers_or_flags_and_become_text) {
  write("w.json", workflow("{{width}} {{cfg}} {{tiled}} {{s}}"), 0644);
  const ConfigResult config =
      parse(replaced(small_rig, evict_line, "slots = { width = 512, cfg = 1.5, tiled = true, s = \"x\" }"));
  ASSERT_TRUE(config) << all_of(config.error());
  const Slots expected{{"width", "512"}, {"cfg", "1.5"}, {"tiled", "true"}, {"s", "x"}};
  EXPECT_EQ(config->kinds.front().slots, expected);
}

TEST_F(ConfigFile, a_workflow_that_cannot_be_submitted_is_a_problem_of_its_line) {
  const std::pair<std::string, std::string> broken[] = {
      {"{\n  \"1\": {,", "w.json: not JSON"},
      {R"({"nodes": [], "links": []})", "the editor's own format"},
      {R"({"1": {"class_type": "A", "inputs": {"b": "{{seed}}"}}})", "no {{prompt}} slot"},
      {R"({"1": {"class_type": "A", "inputs": {"a": "{{prompt}}"}}})", "no {{seed}} slot"},
      {workflow("{{w=1}} {{w=2}}"), "slot w has two defaults"},
      {std::string(5 << 20, ' '), "w.json is larger than 4 MiB"},
  };
  for (const auto& [text, message] : broken) {
    write("w.json", text, 0644);
    const ConfigResult config = parse(small_rig);
    ASSERT_FALSE(config) << message;
    ASSERT_EQ(config.error().size(), 1U) << all_of(config.error());
    EXPECT_EQ(config.error().front().key, "kinds.selfie.workflow");
    EXPECT_EQ(config.error().front().line, line_with(small_rig, "workflow = "));
    EXPECT_THAT(config.error().front().text, HasSubstr(message));
  }
}

TEST_F(ConfigFile, a_workflow_that_cannot_be_read_says_why) {
  EXPECT_THAT(all_of(problems_with("w.json", "gone.json")), HasSubstr("gone.json cannot be read: No such file"));
  EXPECT_THAT(all_of(problems_with("w.json", ".")), HasSubstr("cannot be read: it is a folder"));
}

TEST_F(ConfigFile, each_slot_that_does_not_fit_its_workflow_is_named_at_its_line) {
  write("w.json", workflow("{{width=832}}"), 0644);
  const std::array<std::string, 3> mistakes[] = {
      {"{ widht = 512 }", "kinds.selfie.slots.widht", "no slot {{widht}}; did you mean \"width\"?"},
      {"{ prompt = \"hello\" }", "kinds.selfie.slots.prompt", "comes with each job"},
      {"{ seed = 7 }", "kinds.selfie.slots.seed", "comes with each job"},
      {"{ width = \"wide\" }", "kinds.selfie.slots", "slot width wants a number, not \"wide\""},
  };
  for (const auto& [slots, key, message] : mistakes) {
    const std::string line = "slots = " + slots;
    const std::string text = replaced(small_rig, evict_line, line);
    const ConfigResult config = parse(text);
    ASSERT_FALSE(config) << slots;
    ASSERT_EQ(config.error().size(), 1U) << all_of(config.error());
    EXPECT_EQ(config.error().front().key, key);
    EXPECT_EQ(config.error().front().line, line_with(text, line));
    EXPECT_THAT(config.error().front().text, HasSubstr(message));
  }
}

TEST_F(ConfigFile, a_slot_without_any_value_is_a_problem_before_a_job_fails_of_it) {
  write("w.json", workflow("{{style}} in {{mood}}"), 0644);
  const ConfigProblems problems = problems_with(evict_line, "slots = { mood = \"blue\" }");
  ASSERT_EQ(problems.size(), 1U) << all_of(problems);
  EXPECT_THAT(problems.front().text, HasSubstr("slot {{style}} has no default"));
}

}  // namespace
}  // namespace malin::app
