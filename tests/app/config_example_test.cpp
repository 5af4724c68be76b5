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
    if (line.starts_with('[')) section = line.substr(1, line.find_first_of(".]") - 1);
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

TEST(Example, loads_without_problems) {
  const Environment environment{{"HOME", "/home/jun"}, {"MALIN_TELEGRAM_TOKEN", "123:abc"}};
  const ConfigResult config = load_config(example_path, environment);
  ASSERT_TRUE(config) << format_problem(config.error().front());
  EXPECT_EQ(config->core.kind("selfie")->need, gibibytes(6));
  EXPECT_TRUE(config->core.kind("video")->is_video);
}

}  // namespace
}  // namespace malin::app
