// What people do at the wrong moment, on the plain rig.
#include "sim/tests/scenario.hpp"

namespace malin::sim {
namespace {

struct Persons : Scenario {
  using Scenario::Scenario;

  // Talks without end, with short gaps between two replies.
  void talk_until(const std::function<bool()>& done, Duration gap, Duration limit) {
    const TimePoint end = sim.universe().clock.now() + limit;
    while (!done() && sim.universe().clock.now() < end && !sim.checker().violation()) {
      people().begin_turn(sim.daemon());
      sim.pass(20s);
      people().end_turn(sim.daemon());
      sim.pass(gap);
    }
    EXPECT_TRUE(done()) << story();
  }
};

TEST_F(Persons, steady_chat_does_not_starve_the_render) {
  ask("selfie");
  talk_until([this] { return job(1).state == JobState::delivered; }, 2s, 15min);
  wait_for_rest(10min);
  expect_good_end();
}

struct Busy : Persons {
  static Plan plan() {
    Plan plan = plain_plan();
    plan.config.swap.wait_limit = 30s;
    plan.config.swap.min_present = 8s;
    return plan;
  }
  Busy() : Persons(plan()) {}
};

TEST_F(Busy, steady_renders_do_not_starve_the_chat) {
  for (int video = 0; video < 8; ++video) ask("video");
  const Duration longest_render = sim.universe().plan.config.kind("video")->render_limit;
  TimePoint heard_at = sim.universe().clock.now();
  Duration longest{};
  while (!are_all_over() && !sim.checker().violation()) {
    const int before = people().turns();
    people().begin_turn(sim.daemon());
    sim.pass(2s);
    if (people().turns() == before) continue;
    longest = std::max(longest, sim.universe().clock.now() - heard_at);
    sim.pass(10s);
    people().end_turn(sim.daemon());
    heard_at = sim.universe().clock.now();
  }
  EXPECT_GE(people().turns(), 8) << "she is heard after every video";
  EXPECT_LT(longest, 30s + longest_render + 60s) << "the video in hand, and the way back";
  expect_good_end();
}

TEST_F(Persons, nobody_is_sent_away_while_an_answer_streams) {
  people().speak(studio(), "vision", 40s);
  sim.pass(2s);
  ask("selfie");
  sim.pass(30s);
  EXPECT_TRUE(studio().studio.find("vision").has_value());
  wait_for_rest(15min);
  EXPECT_EQ(studio().studio.counters().replies_cut, 0);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(Persons, an_answer_that_begins_unannounced_in_the_last_moment_is_not_cut) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::making_room); }, 60s);
  people().speak(studio(), "vision", 5s);
  wait_for_rest(15min);
  EXPECT_EQ(studio().studio.counters().replies_cut, 0);
  expect_good_end();
}

TEST_F(Persons, a_turn_whose_client_is_lost_ends_by_itself) {
  people().begin_turn(sim.daemon());
  sim.pass(1s);
  people().daemon_died();  // It forgets the turn: nobody keeps or ends it.
  ask("selfie");
  sim.pass(15s);
  EXPECT_EQ(window(), nullptr);
  wait_for_rest(10min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(Persons, a_sense_ejected_by_hand_comes_back) {
  people().eject("lmstudio", "brain");
  sim.pass(2s);
  EXPECT_FALSE(is_there("brain"));
  wait_for_rest(5min);
  EXPECT_TRUE(is_there("brain"));
  expect_good_end();
}

TEST_F(Persons, a_sense_ejected_by_hand_in_a_window_comes_back_with_the_others) {
  ask("selfie");
  wait_until([this] { return is_rendering(); }, 60s);
  people().eject("lmstudio", "brain");
  wait_for_rest(10min);
  EXPECT_TRUE(is_there("brain") && is_there("vision"));
  expect_good_end();
}

TEST_F(Persons, swapping_switched_off_in_the_middle_brings_everyone_back) {
  ask("video");
  wait_until([this] { return is_rendering(); }, 60s);
  people().set_swap(sim.daemon(), false);
  wait_until([this] { return is_there("brain") && is_there("vision") && window() == nullptr; }, 3min);
  expect_good_end();
  expect_delivered(1);
}

TEST_F(Persons, a_swap_called_off_brings_everyone_back_and_holds) {
  ask("video");
  wait_until([this] { return is_rendering(); }, 60s);
  people().abort_swap(sim.daemon());
  wait_until([this] { return is_there("brain") && is_there("vision") && window() == nullptr; }, 3min);
  sim.pass(5min);
  EXPECT_EQ(window(), nullptr);
  expect_good_end();
  expect_delivered(1);
}

TEST_F(Persons, a_sense_that_is_asked_back_comes_back) {
  ask("video");
  wait_until([this] { return is_rendering(); }, 60s);
  people().restore(sim.daemon(), "brain");
  wait_until([this] { return is_there("brain"); }, 3min);
  expect_good_end();
}

TEST_F(Persons, a_cancelled_render_stops_and_is_spoken_of_no_more) {
  ask("video");
  wait_until([this] { return is_rendering(); }, 60s);
  people().cancel(sim.daemon(), "j-1");
  wait_for_rest(5min);
  EXPECT_EQ(job(1).state, JobState::cancelled);
  expect_good_end();
}

TEST_F(Persons, a_deleted_status_line_is_replaced_by_the_picture) {
  ask("selfie");
  wait_until([this] { return is_rendering(); }, 60s);
  sim.checker().status_deleted();
  ASSERT_TRUE(sim.universe().telegram.remove("42", 1));
  wait_for_rest(5min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(Persons, a_cold_start_brings_everyone_up_from_an_empty_world) {
  sim.kill_daemon();
  studio().studio.die();
  sim.universe().voices.front()->chatterbox.die();
  wait_for_rest(15min);
  EXPECT_TRUE(is_there("brain") && is_there("vision"));
  expect_good_end();
}

}  // namespace
}  // namespace malin::sim
