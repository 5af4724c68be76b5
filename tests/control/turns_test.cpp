// Turns and windows exclude each other.
#include <gtest/gtest.h>

#include "control/fake_outside.hpp"

namespace malin::control {
namespace {

using malin::testing::Home;

struct Turns : ::testing::Test {
  Turns() {
    home.start();
    EXPECT_TRUE(home.run_until_green());
  }
  // What begin_turn answers, once it does.
  void begin_turn_beside() {
    boost::asio::co_spawn(home.io, home.controller->begin_turn(), [this](std::exception_ptr thrown, TurnAnswer answer) {
      if (thrown) std::rethrow_exception(thrown);
      answered = std::move(answer);
    });
  }
  Home home;
  std::optional<TurnAnswer> answered;
};

TEST_F(Turns, no_window_opens_while_one_is_open) {
  const TurnAnswer begun = home.finish(home.controller->begin_turn());
  ASSERT_TRUE(begun.away.senses.empty());
  ASSERT_TRUE(home.submit("selfie"));
  for (int i = 0; i < 60; ++i) {  // Kept alive for ten minutes.
    home.pass(std::chrono::seconds(10));
    ASSERT_TRUE(home.controller->keep_turn(begun.turn.id));
  }
  EXPECT_FALSE(home.journal.has("commit absence vision"));
  ASSERT_TRUE(home.controller->end_turn(begun.turn.id));
  EXPECT_EQ(home.controller->end_turn(begun.turn.id).error().code, Errc::not_found);
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(home.job("j-1").state, JobState::delivered);
}

TEST_F(Turns, one_that_nobody_keeps_alive_ends_by_itself) {
  const TurnAnswer begun = home.finish(home.controller->begin_turn());
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(home.controller->keep_turn(begun.turn.id).error().code, Errc::not_found);
}

TEST_F(Turns, have_names_that_are_never_given_twice) {
  const TurnAnswer first = home.finish(home.controller->begin_turn());
  const TurnAnswer second = home.finish(home.controller->begin_turn());
  EXPECT_NE(first.turn.id, second.turn.id);
}

// The commit that opens a window takes a while; a turn that begins meanwhile waits for it.
TEST_F(Turns, one_that_would_begin_while_a_window_opens_waits_and_hears_who_is_away) {
  ASSERT_TRUE(home.submit("selfie"));
  home.store.answer_after("commit", std::chrono::seconds(1));
  const int calls = home.store.calls("commit");
  ASSERT_TRUE(home.run_until([&] { return home.store.calls("commit") > calls; }));
  begin_turn_beside();
  home.settle();
  EXPECT_FALSE(answered);
  EXPECT_FALSE(home.journal.has("commit absence vision"));
  ASSERT_TRUE(home.run_until([&] { return answered.has_value(); }, std::chrono::seconds(2)));
  EXPECT_EQ(answered->away.senses, std::vector<std::string>{"vision"});
  ASSERT_TRUE(answered->away.until);
  EXPECT_GT(*answered->away.until, home.clock.now());
  EXPECT_TRUE(answered->turn.id.empty());
}

TEST_F(Turns, one_begins_where_the_window_could_not_be_committed) {
  ASSERT_TRUE(home.submit("selfie"));
  home.store.answer_after("commit", std::chrono::seconds(1));
  home.store.fail_next("commit", Errc::unreachable);
  const int calls = home.store.calls("commit");
  ASSERT_TRUE(home.run_until([&] { return home.store.calls("commit") > calls; }));
  begin_turn_beside();
  ASSERT_TRUE(home.run_until([&] { return answered.has_value(); }, std::chrono::seconds(2)));
  EXPECT_TRUE(answered->away.senses.empty());
  home.pass(std::chrono::seconds(20));  // The turn is open for 30.
  EXPECT_FALSE(home.journal.has("unload vision"));
}

TEST_F(Turns, there_is_none_while_a_sense_is_away_and_one_again_when_it_is_back) {
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  EXPECT_EQ(home.finish(home.controller->begin_turn()).away.senses, std::vector<std::string>{"vision"});
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_TRUE(home.finish(home.controller->begin_turn()).away.senses.empty());
}

}  // namespace
}  // namespace malin::control
