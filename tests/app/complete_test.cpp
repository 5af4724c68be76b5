// What Tab offers, and that the manual page tells of every command.
#include "app/complete.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/command_line_groups.hpp"
#include "app/man_page.hpp"

namespace malin::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct Complete : testing::Test {
  Complete() { add_all_commands(app_, none_, {}); }

  std::vector<std::string> words(std::vector<std::string> typed) {
    const auto known = [this](std::string_view argument) -> std::vector<Candidate> {
      asked_ = argument;
      return {{"known", "to the daemon"}};
    };
    std::vector<std::string> found;
    for (const Candidate& one : complete(app_, std::move(typed), known)) found.push_back(one.word);
    return found;
  }

  CLI::App app_{"", "malin"};
  Command none_;
  std::string asked_;
};

TEST_F(Complete, the_first_word_is_a_command_or_an_option) {
  EXPECT_THAT(words({""}), SizeIs(app_.get_subcommands([](const CLI::App*) { return true; }).size()));
  EXPECT_THAT(words({"wa"}), ElementsAre("watch"));
  EXPECT_THAT(words({"--v"}), ElementsAre("--version"));
  EXPECT_THAT(words({"nothing", ""}), IsEmpty());
  EXPECT_THAT(words({}), IsEmpty());
}

TEST_F(Complete, options_are_those_of_the_command) {
  EXPECT_THAT(words({"events", "--f"}), ElementsAre("--follow"));
  EXPECT_THAT(words({"status", "--f"}), IsEmpty());
}

TEST_F(Complete, a_choice_is_offered_as_argument_and_as_value) {
  EXPECT_THAT(words({"swap", "o"}), ElementsAre("on", "off"));
  EXPECT_THAT(words({"rig", "--speed", "3", "--chatterbox", ""}), ElementsAre("devnen", "travisvn"));
  EXPECT_THAT(words({"check", "--config", ""}), IsEmpty());  // A file: the shell knows better.
  EXPECT_EQ(asked_, "");
}

TEST_F(Complete, a_footprint_is_named_after_what_is_done_with_it) {
  EXPECT_THAT(words({"footprints", ""}), ElementsAre("pin", "forget"));
  EXPECT_THAT(words({"footprints", "pin", ""}), ElementsAre("known"));
  EXPECT_EQ(asked_, "NAME");
}

TEST_F(Complete, names_are_the_daemons_and_values_of_options_are_no_arguments) {
  EXPECT_THAT(words({"cancel", ""}), ElementsAre("known"));
  EXPECT_EQ(asked_, "JOB");
  EXPECT_THAT(words({"submit", "--priority", "3", "--wait", "k"}), ElementsAre("known"));
  EXPECT_EQ(asked_, "KIND");
  words({"submit", "selfie", ""});
  EXPECT_EQ(asked_, "PROMPT");
  EXPECT_THAT(words({"cancel", "j-1", ""}), IsEmpty());
}

TEST_F(Complete, what_bash_took_apart_is_one_word) {
  EXPECT_THAT(words({"restore", "--url", "http", ":", "//127.0.0.1", ":", "7425", ""}), ElementsAre("known"));
  EXPECT_EQ(asked_, "SENSE");
}

TEST_F(Complete, the_manual_page_tells_of_every_command_and_option) {
  const std::string page = format_man_page(app_);
  EXPECT_TRUE(page.starts_with(".TH MALIN 1 "));
  for (const CLI::App* command : app_.get_subcommands([](const CLI::App*) { return true; }))
    EXPECT_THAT(page, HasSubstr("\n.SS malin " + command->get_name()));
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-param\\fR \\fINAME=VALUE\\fR\n"));
  EXPECT_THAT(page, HasSubstr("\n.SS malin swap on|off|abort|status\n"));
  EXPECT_THAT(page, HasSubstr("\n.SS malin restore [SENSE]\n"));
}

}  // namespace
}  // namespace malin::app
