// Those who wait to talk, and the gaps that windows wait for.
#include <gtest/gtest.h>

#include "control/fake_outside.hpp"

namespace malin::control {
namespace {

using malin::testing::Home;

struct Waiting : ::testing::Test {
  Waiting() {
    home.start();
    EXPECT_TRUE(home.run_until_green());
  }
  std::vector<std::string> away(const std::string& sense) {
    return home.finish(home.controller->begin_turn(sense)).away.senses;
  }
  Home home;
};

TEST_F(Waiting, a_sense_that_is_here_may_speak_while_another_is_away) {
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  EXPECT_EQ(away("vision"), std::vector<std::string>{"vision"});
  EXPECT_EQ(away(""), std::vector<std::string>{"vision"});
  EXPECT_EQ(away("brain"), std::vector<std::string>{});
  EXPECT_EQ(away("no-sense"), std::vector<std::string>{});
}

TEST_F(Waiting, past_the_patience_of_a_job_no_turn_begins_until_it_had_its_window) {
  const TurnAnswer first = home.finish(home.controller->begin_turn());
  ASSERT_TRUE(home.submit("selfie"));
  const auto is_gap_wanted = [&] {
    if (!home.controller->gap_for().empty()) return true;
    EXPECT_TRUE(home.controller->keep_turn(first.turn.id));
    return false;
  };
  ASSERT_TRUE(home.run_until(is_gap_wanted));
  EXPECT_EQ(away(""), std::vector<std::string>{"vision"});
  EXPECT_FALSE(home.journal.has("unload vision"));
  ASSERT_TRUE(home.controller->end_turn(first.turn.id));
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_TRUE(home.controller->gap_for().empty());
  EXPECT_EQ(away(""), std::vector<std::string>{});
}

TEST_F(Waiting, a_turn_that_is_declined_again_is_no_news) {
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  EXPECT_EQ(away(""), std::vector<std::string>{"vision"});
  home.settle();
  const std::int64_t before = home.controller->revision();
  EXPECT_EQ(away(""), std::vector<std::string>{"vision"});
  home.settle();
  EXPECT_EQ(home.controller->revision(), before) << "else who tries at every news turns in a circle";
}

TEST_F(Waiting, someone_who_waits_too_long_ends_the_batch) {
  home.config.swap.wait_limit = Duration{0};
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  home.controller->note_waiting(home.clock.now());
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(home.job("j-2").state, JobState::queued);
  EXPECT_EQ(home.journal.count("render selfie"), 1);
  home.controller->note_waiting(std::nullopt);
  ASSERT_TRUE(home.run_until_over("j-2"));
  EXPECT_EQ(home.job("j-2").state, JobState::delivered);
}

TEST_F(Waiting, someone_whose_turn_was_declined_is_waiting_until_one_begins) {
  home.config.swap.wait_limit = Duration{0};
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  EXPECT_EQ(away(""), std::vector<std::string>{"vision"});
  EXPECT_TRUE(home.controller->situation().seen.presence.waiting_since);
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(home.job("j-2").state, JobState::queued);
  ASSERT_TRUE(home.run_until([&] { return away("").empty(); }));
  EXPECT_FALSE(home.controller->situation().seen.presence.waiting_since);
  ASSERT_TRUE(home.run_until_over("j-2"));
  EXPECT_EQ(home.job("j-2").state, JobState::delivered);
}

}  // namespace
}  // namespace malin::control
