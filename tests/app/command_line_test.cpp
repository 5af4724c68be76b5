// What the command line takes, what it refuses and how, and that its help teaches within 80 columns.
#include "app/command_line.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/text_table.hpp"

namespace malin::app {
namespace {

using testing::HasSubstr;

const std::vector<std::string> commands = {
    "serve", "check",  "demo",   "rig",  "status",  "senses",      "jobs", "windows",    "plan",    "events",
    "watch", "submit", "cancel", "swap", "restore", "completions", "man",  "footprints", "rehearse"};

const StudioCommands fake_studio{.demo = [](const DemoOptions&) { return exit_ok; },
                                 .rig = [](const RigCommandOptions&) { return exit_ok; }};

NoWork refused(std::vector<std::string> arguments) {
  const auto work = parse_command_line(std::move(arguments), fake_studio);
  EXPECT_FALSE(work);
  return work ? NoWork{-1, ""} : work.error();
}

bool is_taken(std::vector<std::string> arguments) {
  const auto work = parse_command_line(std::move(arguments), fake_studio);
  return work && *work;
}

TEST(CommandLine, every_command_is_in_the_help_and_has_its_own) {
  const NoWork help = refused({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const std::string& command : commands) {
    EXPECT_THAT(help.text, HasSubstr("  " + command + " "));
    const NoWork own = refused({command, "--help"});
    EXPECT_EQ(own.exit_code, 0);
    EXPECT_THAT(own.text, HasSubstr("Example"));
    EXPECT_THAT(own.text, HasSubstr("malin " + command));
    EXPECT_THAT(own.text, HasSubstr("Exit codes:"));
  }
}

TEST(CommandLine, help_fits_eighty_columns) {
  std::string all = refused({"--help"}).text;
  for (const std::string& command : commands) all += refused({command, "--help"}).text;
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), 80U) << line;
}

TEST(CommandLine, the_version_is_told) {
  const NoWork version = refused({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.text, testing::MatchesRegex("malin [0-9.]+\n"));
}

TEST(CommandLine, nothing_at_all_shows_the_help_and_is_wrong) {
  const NoWork nothing = refused({});
  EXPECT_EQ(nothing.exit_code, exit_wrong);
  EXPECT_THAT(nothing.text, HasSubstr("malin submit"));
}

TEST(CommandLine, a_slip_of_the_hand_gets_a_suggestion) {
  const NoWork slip = refused({"statsu"});
  EXPECT_EQ(slip.exit_code, exit_wrong);
  EXPECT_THAT(slip.text, HasSubstr("did you mean \"status\"?"));
}

TEST(CommandLine, what_is_complete_is_taken) {
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"serve", "--config", "x.toml"},
           {"check", "--config", "x.toml", "--json"},
           {"demo", "--speed", "5", "--keep"},
           {"demo", "--real-time", "--json"},
           {"rig"},
           {"rig", "--dir", "/x", "--fault", "a.b=3", "--fault", "c", "--chatterbox", "travisvn"},
           {"rehearse", "--config", "x.toml", "--json"},
           {"rehearse", "--config", "x.toml", "--day", "--plot", "day.svg"},
           {"rehearse", "--config", "x.toml", "--trace", "trace.jsonl"},
           {"status", "--url", "http://127.0.0.1:1", "--json"},
           {"jobs"},
           {"jobs", "j-1"},
           {"windows", "--limit", "3"},
           {"events", "-f", "--after", "7"},
           {"watch", "--json"},
           {"submit", "selfie", "a hat", "--param", "steps=3", "--param", "cfg=2", "--wait"},
           {"submit", "--priority", "-3", "selfie", "a hat"},
           {"cancel", "j-1"},
           {"swap", "off"},
           {"restore"},
           {"restore", "vision"},
           {"completions", "bash"},
           {"man"},
       })
    EXPECT_TRUE(is_taken(line)) << testing::PrintToString(line);
}

TEST(CommandLine, what_is_not_is_refused_with_the_way_to_its_help) {
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"serve"},
           {"check", "--jsn"},
           {"submit", "selfie"},
           {"submit", "selfie", "a", "hat"},
           {"submit", "selfie", "a hat", "--priority", "high"},
           {"cancel"},
           {"swap"},
           {"swap", "maybe"},
           {"rig", "--speed", "0"},
           {"rig", "--chatterbox", "espeak"},
           {"rig", "--comfyui-port", "70000"},
           {"demo", "--speed", "2", "--real-time"},
           {"rehearse"},
           {"rehearse", "--config", "x.toml", "--plot", "day.svg"},
           {"rehearse", "--config", "x.toml", "--day", "--trace", "trace.jsonl"},
           {"jobs", "--limit", "0"},
           {"events", "--after", "x"},
           {"completions", "tcsh"},
       }) {
    const NoWork no = refused(line);
    EXPECT_EQ(no.exit_code, exit_wrong) << testing::PrintToString(line);
    EXPECT_THAT(no.text, HasSubstr("See: malin " + line.front() + " --help"));
  }
}

}  // namespace
}  // namespace malin::app
