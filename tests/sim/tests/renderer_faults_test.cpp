// What the renderer, the phone, the disk and the clock do wrong, on the plain rig.
#include "sim/tests/scenario.hpp"

namespace malin::sim {
namespace {

struct RendererFaults : Scenario {
  void ask_and_wait_for_render(const char* kind) {
    ask(kind);
    wait_until([this] { return is_rendering(); }, 60s);
  }
};

TEST_F(RendererFaults, a_renderer_that_dies_and_restarts_empty_is_given_the_job_again) {
  ask_and_wait_for_render("video");
  comfy().comfyui.kill();
  wait_for_rest(20min);
  expect_delivered(1);
  EXPECT_GE(job(1).attempts, 2);
  expect_good_end();
}

TEST_F(RendererFaults, a_black_image_is_not_delivered) {
  comfy().faults.set("comfyui.black", {.times = 1, .text = ""});
  ask("selfie");
  wait_for_rest(10min);
  expect_delivered(1);
  EXPECT_EQ(job(1).attempts, 2);
  expect_good_end();
}

TEST_F(RendererFaults, half_a_file_is_not_delivered) {
  comfy().faults.set("comfyui.truncated", {.text = ""});
  ask("selfie");
  wait_for_rest(20min);
  EXPECT_EQ(job(1).state, JobState::failed);
  EXPECT_TRUE(is_there("vision"));
  expect_good_end();
}

TEST_F(RendererFaults, a_worker_that_dies_with_its_port_open_is_noticed_and_restarted) {
  comfy().faults.set("comfyui.zombie", {.times = 1, .text = ""});
  ask("selfie");
  wait_for_rest(30min);
  EXPECT_TRUE(is_over(job(1).state));
  expect_good_end();
}

TEST_F(RendererFaults, a_render_that_runs_out_of_memory_is_tried_again) {
  comfy().faults.set("comfyui.oom", {.times = 1, .text = ""});
  ask("selfie");
  wait_for_rest(10min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(RendererFaults, a_render_that_takes_more_than_configured_gets_a_larger_window_and_so_do_its_like) {
  comfy().faults.set("comfyui.hungry", {.amount = 4096, .text = ""});
  ask("selfie");
  wait_for_rest(10min);
  expect_delivered(1);
  EXPECT_EQ(job(1).attempts, 2);
  ask("selfie");
  wait_for_rest(10min);
  expect_delivered(2);
  EXPECT_EQ(job(2).attempts, 1);
  expect_good_end();
}

TEST_F(RendererFaults, what_a_render_takes_is_learned) {
  ask("video");
  wait_for_rest(10min);
  expect_delivered(1);
  const Ledger& ledger = sim.controller().situation().ledger;
  const auto learned = ledger.footprints.find("video");
  ASSERT_NE(learned, ledger.footprints.end());
  EXPECT_EQ(learned->second.runs, 1);
  EXPECT_NEAR(static_cast<double>(learned->second.peaks.front().taken.count), 14.0 * 0.9 * (1 << 30), 1 << 26);
  expect_good_end();
}

TEST_F(RendererFaults, a_render_that_never_ends_is_ended_before_the_absence_is) {
  comfy().faults.set("comfyui.slow", {.amount = 100, .text = ""});
  ask("video");
  wait_until([this] { return is_there("brain") && is_there("vision") && job(1).attempts > 0; }, 12min);
  comfy().faults.clear();
  expect_good_end();
}

TEST_F(RendererFaults, memory_that_is_not_released_is_reported_and_she_comes_back_all_the_same) {
  comfy().faults.set("comfyui.release.ignored", {.times = 3, .text = ""});
  ask("selfie");
  wait_until([this] { return was_told("did not give its memory back"); }, 10min);
  expect_good_end();
}

TEST_F(RendererFaults, a_renderer_that_hangs_keeps_nobody_away) {
  ask_and_wait_for_render("selfie");
  comfy().faults.set("comfyui.hangs", {.text = ""});
  wait_until([this] { return is_there("vision"); }, 12min);
  comfy().faults.clear();
  expect_good_end();
}

TEST_F(RendererFaults, a_phone_that_cannot_be_reached_for_hours_delays_the_picture_and_not_her) {
  phone().set("telegram.down", {.text = ""});
  ask("selfie");
  wait_until([this] { return job(1).state == JobState::rendered && window() == nullptr; }, 5min);
  EXPECT_TRUE(is_there("vision"));
  sim.pass(3h);
  EXPECT_EQ(job(1).state, JobState::rendered);
  phone().clear();
  wait_for_rest(10min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(RendererFaults, a_phone_that_wants_silence_gets_it) {
  phone().set("telegram.flood", {.times = 1, .amount = 90, .text = ""});
  ask("selfie");
  wait_for_rest(20min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(RendererFaults, a_full_disk_begins_nothing_and_loses_nothing) {
  ask("selfie");
  wait_until([this] { return is_in(WindowPhase::rendering); }, 60s);
  sim.universe().is_disk_full = true;
  sim.pass(3min);
  sim.universe().is_disk_full = false;
  wait_for_rest(20min);
  expect_delivered(1);
  expect_good_end();
}

TEST_F(RendererFaults, with_a_full_disk_no_sense_is_sent_away) {
  ask("selfie");
  sim.universe().is_disk_full = true;
  sim.pass(2min);
  EXPECT_TRUE(is_there("vision"));
  sim.universe().is_disk_full = false;
  wait_for_rest(20min);
  expect_delivered(1);
  expect_good_end();
}

Plan plan_with_clock(bool jumps) {
  Plan plan = plain_plan();
  plan.sqlite = true;
  plan.rough.clock_jumps = jumps;
  return plan;
}

struct Crashes : Scenario {
  Crashes() : Scenario(plan_with_clock(false)) {}
  void crash_in(WindowPhase phase) {
    ask("selfie");
    wait_until([&] { return is_in(phase); }, 3min);
    sim.kill_daemon();
    wait_for_rest(20min);
    expect_delivered(1);
    EXPECT_EQ(studio().studio.find("vision")->config, "context=8192");
    expect_good_end();
  }
};

TEST_F(Crashes, while_room_is_made) { crash_in(WindowPhase::making_room); }
TEST_F(Crashes, while_it_renders) { crash_in(WindowPhase::rendering); }
TEST_F(Crashes, while_the_renderer_releases) { crash_in(WindowPhase::releasing); }
TEST_F(Crashes, while_she_returns) { crash_in(WindowPhase::returning); }

TEST_F(Crashes, again_and_again) {
  ask("video");
  for (int i = 0; i < 12; ++i) {
    sim.pass(Duration{300 + 700 * i});
    if (sim.is_up()) sim.kill_daemon();
  }
  wait_for_rest(30min);
  expect_delivered(1);
  expect_good_end();
}

struct ClockJumps : Scenario {
  ClockJumps() : Scenario(plan_with_clock(true)) {}
};

TEST_F(ClockJumps, a_clock_set_while_the_daemon_was_down_lengthens_no_absence) {
  for (int i = 1; i <= 4; ++i) {
    ask("selfie");
    wait_until([this] { return is_in(WindowPhase::rendering); }, 3min);
    sim.kill_daemon();
    wait_for_rest(2h);
    EXPECT_TRUE(is_over(job(i).state));
  }
  expect_good_end();
}

}  // namespace
}  // namespace malin::sim
