#include "core/estimate.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct EstimateTest : testing::Test {
  Moment moment;

  // A window in the past that rendered one job: 2 s to open, `render` to render, 5 s to return.
  void remember(const std::string& kind, Duration render, int number) {
    const TimePoint opened = moment.now - 1h;
    Job& job = moment.queue(kind, number);
    job.state = JobState::delivered;
    job.started_at = job.attempt_at = opened + 2s;
    job.rendered_at = opened + 2s + render;
    Window& window = moment.ledger.windows[number];
    window.id = number;
    window.card = "gpu0";
    window.renderer = "comfyui";
    window.phase = WindowPhase::closed;
    window.jobs = {job.id};
    window.opened_at = opened;
    window.closed_at = *job.rendered_at + 5s;
  }
  Job& render(int number, double progress) {
    Job& job = moment.queue("selfie", number);
    job.state = JobState::rendering;
    job.prompt_id = "p";
    job.started_at = job.attempt_at = moment.now;
    moment.seen.renders["p"] = {.value = RenderReading{.state = RenderState::running, .progress = progress},
                                .at = moment.now};
    return job;
  }
  Window& open(WindowPhase phase) {
    Window& window = moment.ledger.windows[90];
    window.id = 90;
    window.card = "gpu0";
    window.renderer = "comfyui";
    window.phase = phase;
    window.opened_at = window.phase_at = moment.now;
    return window;
  }
  Estimates now() const { return estimate(moment.situation()); }
};

TEST_F(EstimateTest, nothing_is_guessed_without_a_precedent) {
  render(1, 0.05);
  moment.queue("selfie", 2);
  open(WindowPhase::rendering);
  EXPECT_TRUE(now().until_rendered.empty());
  EXPECT_FALSE(now().until_back);
}

TEST_F(EstimateTest, a_render_is_judged_by_the_like_of_it_and_then_by_its_own_pace) {
  for (int i = 1; i <= 3; ++i) remember("selfie", i * 10s, i);
  render(7, 0);
  EXPECT_EQ(now().until_rendered.at("j-7"), 20s);
  moment.pass(4s);
  EXPECT_EQ(now().until_rendered.at("j-7"), 16s);
  moment.seen.renders["p"].value->progress = 0.25;
  EXPECT_EQ(now().until_rendered.at("j-7"), 12s);
  moment.seen.renders["p"].value->progress = 0;
  moment.pass(60s);
  EXPECT_EQ(now().until_rendered.at("j-7"), 1s) << "it takes a moment longer";
}

TEST_F(EstimateTest, what_waits_comes_after_what_is_before_it) {
  remember("selfie", 20s, 1);
  moment.queue("selfie", 8);
  moment.queue("selfie", 9);
  moment.queue("video", 10);
  const Estimates guess = now();
  EXPECT_EQ(guess.until_rendered.at("j-8"), 22s) << "the opening first";
  EXPECT_EQ(guess.until_rendered.at("j-9"), 42s);
  EXPECT_FALSE(guess.until_rendered.contains("j-10")) << "no video was ever made";
  EXPECT_FALSE(guess.until_back) << "nobody is away";
}

TEST_F(EstimateTest, she_is_back_when_the_render_and_the_return_are_over) {
  remember("selfie", 20s, 1);
  moment.queue("selfie", 8);
  open(WindowPhase::making_room);
  EXPECT_EQ(now().until_back, 27s);
  moment.ledger.jobs.erase("j-8");
  Job& job = render(8, 0);
  Window& window = open(WindowPhase::rendering);
  window.jobs = {"j-8"};
  EXPECT_EQ(now().until_back, 25s);
  job.state = JobState::rendered;
  job.rendered_at = moment.now;
  window.phase = WindowPhase::returning;
  moment.pass(2s);
  EXPECT_EQ(now().until_back, 3s);
  moment.pass(60s);
  EXPECT_EQ(now().until_back, 1s);
}

}  // namespace
}  // namespace malin::fake
