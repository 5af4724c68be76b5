// The table of keys, and the example file that must show every one of them.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "core/bytes.hpp"
#include "core/time.hpp"

namespace malin::app {
namespace {

TEST(KeyTable, limits_and_defaults_are_themselves_right) {
  for (const KnownKey& key : known_keys()) {
    for (const std::string_view text : {key.info.fallback, key.info.lowest, key.info.highest}) {
      if (text.empty()) continue;
      if (key.type == "memory") EXPECT_TRUE(parse_bytes(text)) << key.info.name;
      if (key.type == "length of time") EXPECT_TRUE(parse_duration(text)) << key.info.name;
    }
    EXPECT_FALSE(key.info.required && !key.info.fallback.empty()) << key.info.name;
  }
}

// The example file, by the section of each line: "cards", "" before the first.
struct ExampleLine {
  std::string section;
  std::string text;
};

const std::filesystem::path example_path =
    (std::filesystem::path(MALIN_TEST_DATA) / "../../config/malin.toml").lexically_normal();

std::vector<ExampleLine> example_lines() {
  std::ifstream file(example_path);
  std::vector<ExampleLine> lines;
  std::string section;
  for (std::string line; std::getline(file, line);) {
    // A section that may be left out is shown as a comment, as its keys are.
    const std::size_t bracket = line.starts_with("#[") ? 1 : 0;
    if (line.substr(bracket).starts_with('['))
      section = line.substr(bracket + 1, line.find_first_of(".]") - bracket - 1);
    lines.push_back({section, line});
  }
  return lines;
}

TEST(Example, mentions_every_known_key_and_shows_its_default) {
  const std::vector<ExampleLine> lines = example_lines();
  ASSERT_GT(lines.size(), 100U);
  for (const KnownKey& key : known_keys()) {
    const std::string start = std::string(key.info.name) + " = ";
    std::string shown;
    bool mentioned = false;
    for (const auto& [section, text] : lines) {
      if (section != key.section) continue;
      mentioned = mentioned || text.starts_with(start) || text.starts_with("#" + start);
      if (text.starts_with("#" + start) && shown.empty()) shown = text.substr(start.size() + 1);
    }
    EXPECT_TRUE(mentioned) << key.section << "." << key.info.name;
    std::erase(shown, '"');
    if (!key.info.fallback.empty()) EXPECT_EQ(shown, key.info.fallback) << key.section << "." << key.info.name;
  }
}

TEST(Example, loads_without_problems_and_reaches_the_decisions) {
  const Environment environment{{"HOME", "/home/jun"}, {"MALIN_TELEGRAM_TOKEN", "123:abc"}};
  const ConfigResult config = load_config(example_path, environment);
  ASSERT_TRUE(config) << format_problem(config.error().front());
  const Config& core = config->core;
  EXPECT_EQ(core.card("gpu0")->headroom, mebibytes(256));
  EXPECT_TRUE(core.engine("lmstudio")->can_unload);
  EXPECT_TRUE(core.engine("lmstudio")->server.can_restart);
  EXPECT_FALSE(core.engine("chatterbox")->can_unload);
  EXPECT_FALSE(core.engine("chatterbox")->server.can_start);
  EXPECT_EQ(core.renderer("comfyui")->card, "gpu0");
  EXPECT_TRUE(core.renderer("comfyui")->server.can_start);
  EXPECT_EQ(core.sense("brain")->footprint, gibibytes(19));
  EXPECT_EQ(core.sense("brain")->impact, 10);
  EXPECT_FALSE(core.sense("voice")->evictable);
  const KindSpec& selfie = *core.kind("selfie");
  EXPECT_EQ(selfie.need, gibibytes(6));
  EXPECT_EQ(selfie.evict, std::vector<std::string>{"vision"});
  EXPECT_EQ(selfie.prompt_bytes_max, 16U << 10);
  EXPECT_EQ(selfie.slots.at("width"), "1024") << "of the config, over the workflow's";
  EXPECT_EQ(selfie.slots.at("cfg"), "6.5") << "of the workflow";
  EXPECT_FALSE(selfie.slots.contains("prompt"));
  EXPECT_FALSE(selfie.is_video);
  EXPECT_TRUE(core.kind("video")->is_video);
  EXPECT_EQ(core.swap.idle_grace, std::chrono::seconds(8));
  EXPECT_EQ(core.swap.absence_limit, std::chrono::minutes(10));
  EXPECT_EQ(core.swap.slow_probe, std::chrono::seconds(5));
  ASSERT_TRUE(core.courier);
  EXPECT_TRUE(core.courier->edits);
}

}  // namespace
}  // namespace malin::app
