// What engines do wrong (DESIGN, "Failures to survive"), on the plain rig.
#include "sim/tests/scenario.hpp"

namespace malin::sim {
namespace {

struct EngineFaults : Scenario {
  void set(const std::string& fault, world::FaultSpec spec) { studio().faults.set(fault, std::move(spec)); }
};

TEST_F(EngineFaults, an_unload_that_says_ok_and_does_nothing_is_noticed) {
  set("lmstudio.unload.ignored", {.times = 1, .text = ""});
  ask("selfie");
  wait_for_rest(10min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(EngineFaults, an_unload_that_never_works_closes_the_window_and_the_job_waits) {
  set("lmstudio.unload.ignored", {.text = ""});
  ask("selfie");
  wait_until([this] { return was_told("did not unload"); }, 10min);
  EXPECT_EQ(job(1).state, JobState::queued);
  EXPECT_TRUE(is_there("vision"));
  expect_good_end();
}

TEST_F(EngineFaults, memory_that_comes_late_is_waited_for) {
  set("lmstudio.unload.memory_late", {.times = 1, .amount = 8, .text = ""});
  ask("selfie");
  wait_for_rest(10min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(EngineFaults, memory_that_stays_sends_the_next_sense_away_too) {
  set("lmstudio.unload.memory_stays", {.times = 1, .text = ""});
  ask("selfie");
  wait_until([this] { return was_told("brain will be away too") || are_all_over(); }, 10min);
  EXPECT_TRUE(was_told("brain will be away too"));
  expect_good_end();
}

TEST_F(EngineFaults, somebody_who_takes_the_freed_room_first_makes_the_job_wait_or_another_leave) {
  ask("selfie");
  wait_until([this] { return !is_there("vision"); }, 60s);
  sim.pass(1500ms);
  const Bytes grab = std::min(studio().gpu.ledger.free(), gibibytes(5));
  ASSERT_TRUE(studio().gpu.ledger.take("a game", grab));
  sim.pass(4min);
  studio().gpu.ledger.give_back("a game", grab);
  expect_good_end();
  expect_delivered(1);
}

// What it loads is no sense of hers, so it is never unloaded: she is whole again when the engine itself lets it go.
TEST_F(EngineFaults, a_program_that_asks_for_the_model_mid_render_delays_her_and_does_not_break_it) {
  ask("video");
  wait_until([this] { return is_rendering(); }, 60s);
  people().ask_for(studio(), "qwen3-vl-8b");
  wait_for_rest(90min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(EngineFaults, a_reload_that_fails_once_is_repeated) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  set("lmstudio.load.fails", {.times = 1, .text = ""});
  wait_for_rest(10min);
  EXPECT_TRUE(is_there("vision"));
  expect_good_end();
}

TEST_F(EngineFaults, a_reload_that_always_fails_is_tried_for_ever_and_the_person_is_told) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  set("lmstudio.load.fails", {.amount = 0.5, .text = ""});
  wait_until([this] { return was_told("vision does not come back"); }, 20min);
  studio().faults.clear();
  wait_for_rest(20min);
  EXPECT_TRUE(is_there("vision"));
  expect_good_end();
}

TEST_F(EngineFaults, a_load_that_stops_half_way_is_cancelled_at_its_limit) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  set("lmstudio.load.stalls", {.times = 1, .amount = 0.6, .text = ""});
  wait_for_rest(15min);
  EXPECT_TRUE(is_there("vision"));
  expect_good_end();
}

TEST_F(EngineFaults, a_load_that_kills_its_engine_is_a_start_from_an_empty_world) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  set("lmstudio.load.crashes", {.times = 1, .amount = 0.4, .text = ""});
  wait_for_rest(15min);
  EXPECT_TRUE(is_there("vision") && is_there("brain"));
  expect_good_end();
}

TEST_F(EngineFaults, a_sense_that_comes_back_with_other_settings_is_loaded_once_more) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  set("lmstudio.load.other_config", {.times = 1, .text = ""});
  wait_for_rest(15min);
  EXPECT_TRUE(was_told("loading it once more"));
  EXPECT_EQ(studio().studio.find("vision")->config, "context=8192");
  expect_good_end();
}

TEST_F(EngineFaults, a_second_copy_is_folded) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  set("lmstudio.load.duplicate", {.times = 1, .amount = 200, .text = ""});
  wait_for_rest(10min);
  wait_until([this] { return !studio().studio.find("vision:2"); }, 60s);
  expect_good_end();
}

TEST_F(EngineFaults, garbage_is_no_answer_and_the_sense_is_loaded_afresh) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  set("lmstudio.reply.garbage", {.times = 4, .text = ""});
  wait_for_rest(20min);
  EXPECT_TRUE(was_told("vision does not come back"));
  expect_good_end();
}

TEST_F(EngineFaults, another_model_that_answers_is_not_taken_for_her) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  set("lmstudio.reply.other_model", {.times = 2, .text = "stranger"});
  wait_for_rest(20min);
  expect_good_end();
}

TEST_F(EngineFaults, an_engine_that_hangs_with_its_port_open_is_restarted_and_opens_no_window) {
  set("lmstudio.hangs", {.text = ""});
  sim.pass(30s);  // It is noticed.
  ask("selfie");
  sim.pass(30s);
  EXPECT_EQ(window(), nullptr);
  sim.pass(90s);
  studio().faults.clear();
  wait_for_rest(20min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(EngineFaults, an_engine_that_dies_in_a_window_comes_back_with_everyone) {
  ask("video");
  wait_until([this] { return is_rendering(); }, 60s);
  studio().studio.die();
  wait_for_rest(20min);
  expect_delivered(1);
  EXPECT_TRUE(is_there("vision") && is_there("brain"));
  expect_good_end();
}

TEST_F(EngineFaults, a_card_that_falls_off_the_bus_lets_nothing_begin) {
  studio().gpu.faults.set("card.gone", {.text = ""});
  ask("selfie");
  sim.pass(2min);
  EXPECT_EQ(job(1).state, JobState::queued);
  studio().gpu.faults.clear();
  wait_for_rest(20min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(EngineFaults, a_card_that_falls_off_the_bus_in_a_window_keeps_nobody_away) {
  ask("selfie");
  wait_until([this] { return is_rendering(); }, 60s);
  studio().gpu.faults.set("card.gone", {.text = ""});
  wait_until([this] { return is_there("vision"); }, 12min);
  studio().gpu.faults.clear();
  expect_good_end();
}

}  // namespace
}  // namespace malin::sim
