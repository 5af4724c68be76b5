#include "core/person_command.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

// A command in a line, so that tables can be written.
struct Describe {
  std::string operator()(const AskMedia& ask) const { return "media " + ask.kind + " [" + ask.prompt + "]"; }
  std::string operator()(const AskStatus&) const { return "status"; }
  std::string operator()(const AskQueue&) const { return "queue"; }
  std::string operator()(const AskCancel& ask) const { return "cancel [" + ask.job + "]"; }
  std::string operator()(const AskSwap& ask) const { return ask.enabled ? "swap on" : "swap off"; }
  std::string operator()(const AskRestore& ask) const { return "restore [" + ask.sense + "]"; }
  std::string operator()(const AskHelp&) const { return "help"; }
  std::string operator()(const Unclear& unclear) const { return "unclear: " + unclear.answer; }
};

TEST(PersonCommand, every_text_has_one_meaning) {
  struct Row {
    const char* text;
    const char* meaning;
  };
  const Config config = home();
  for (const Row& row : std::initializer_list<Row>{
           {"/selfie at the window", "media selfie [at the window]"},
           {"  /selfie\n two\nlines ", "media selfie [two\nlines]"},
           {"/SELFIE@malin_bot by the sea", "media selfie [by the sea]"},
           {"/video", "media video []"},
           {"/status", "status"},
           {"/status@malin_bot", "status"},
           {"/queue now", "queue"},
           {"/cancel", "cancel []"},
           {"/cancel J-7", "cancel [j-7]"},
           {"/swap on", "swap on"},
           {"/swap OFF ", "swap off"},
           {"/swap", "unclear: Say /swap on or /swap off."},
           {"/swap maybe", "unclear: Say /swap on or /swap off."},
           {"/restore", "restore []"},
           {"/restore vision", "restore [vision]"},
           {"/help", "help"},
           {"/start", "help"},
           {"/", "unclear: I do not know /. /help lists what I know."},
           {"/dance", "unclear: I do not know /dance. /help lists what I know."},
           {"selfie at the window", "unclear: I take commands here; /help lists them."},
           {"", "unclear: I take commands here; /help lists them."},
       }) {
    EXPECT_EQ(std::visit(Describe{}, parse_command(config, row.text)), row.meaning) << row.text;
  }
}

TEST(PersonCommand, every_kind_is_a_command_if_telegram_takes_its_name) {
  const auto command = [](std::string name) { return command_of(KindSpec{.name = std::move(name)}); };
  EXPECT_EQ(command("selfie"), "selfie");
  EXPECT_EQ(command("Big-Video"), "big_video");
  EXPECT_EQ(command("status"), "");
  EXPECT_EQ(command("start"), "");
  EXPECT_EQ(command("f\xc3\xb6to"), "");
  EXPECT_EQ(command(std::string(33, 'a')), "");
}

TEST(PersonCommand, menu_and_help_name_the_same_commands) {
  const Config config = home();
  const auto menu = command_menu(config);
  ASSERT_EQ(menu.size(), 8u);
  EXPECT_EQ(menu[0].command, "selfie");
  for (const MenuLine& line : menu)
    EXPECT_NE(help_text(config).find("/" + line.command + " - " + line.meaning), std::string::npos);
}

TEST(PersonCommand, a_press_says_what_its_button_was_for) {
  EXPECT_EQ(std::get<PressCancel>(*parse_press(press_data(PressCancel{"j-12"}))).job, "j-12");
  EXPECT_EQ(std::get<PressAgain>(*parse_press(press_data(PressAgain{"j-3"}))).job, "j-3");
  EXPECT_FALSE(parse_press("dance j-3"));
  EXPECT_FALSE(parse_press(""));
}

TEST(PersonCommand, the_newest_own_job_is_one_that_the_person_asked_for_and_that_is_not_over) {
  Ledger ledger;
  EXPECT_EQ(newest_own_job(ledger), nullptr);
  const auto put = [&](std::string id, std::string key, JobState state) {
    apply(ledger, {PutJob{{.id = std::move(id), .key = std::move(key), .kind = "selfie", .state = state}}});
  };
  put("j-8", key_of_update(5), JobState::queued);
  put("j-9", key_of_update(6), JobState::rendering);
  put("j-10", key_of_repeat("j-2"), JobState::queued);
  put("j-11", key_of_update(7), JobState::delivered);
  put("j-12", "mine", JobState::queued);
  EXPECT_EQ(newest_own_job(ledger)->id, "j-10");
}

}  // namespace
}  // namespace malin::fake
