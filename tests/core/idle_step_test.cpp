// Nothing in a window waits for a clock: what is waited for is looked at as soon as, and as often as, it matters.
#include "core/fake_window.hpp"

namespace malin::fake {
namespace {

struct IdleStepTest : WindowTest {
  Duration pause() const { return *moment.decide().wake_at - moment.now; }
  bool looks_at_card() const { return all_of<ProbeCard>(moment.decide().actions).size() == 1; }
  bool looks_at_renderer() const { return all_of<ProbeRenderer>(moment.decide().actions).size() == 1; }
};

TEST_F(IdleStepTest, a_card_that_settles_is_looked_at_more_rarely_the_longer_it_takes) {
  moment.show_free(gibibytes(1));
  EXPECT_EQ(pause(), 2ms);
  moment.pass(2560ms);
  EXPECT_EQ(pause(), 5ms);
  moment.now += 5ms;
  EXPECT_TRUE(looks_at_card());
  EXPECT_FALSE(looks_at_renderer());
}

TEST_F(IdleStepTest, a_card_that_is_read_over_the_network_is_looked_at_less_often) {
  moment.config.cards[0].is_far = true;
  moment.show_free(gibibytes(1));
  EXPECT_EQ(pause(), 50ms);
}

TEST_F(IdleStepTest, a_card_that_cannot_be_read_is_not_asked_more_often_for_it) {
  moment.show_free(gibibytes(1));
  moment.seen.cards["gpu0"].failures = 2;
  moment.now += 10ms;
  EXPECT_FALSE(looks_at_card());
}

TEST_F(IdleStepTest, a_renderer_is_told_to_give_its_memory_back_while_the_end_of_its_render_is_committed) {
  moment.ledger.jobs.clear();
  window().phase = WindowPhase::rendering;
  moment.seen.renderers["comfyui"].value->held = gibibytes(5);
  const Decision decision = moment.decide();
  EXPECT_EQ(all_of<PutWindow>(decision.changes).at(0).window.phase, WindowPhase::releasing);
  EXPECT_EQ(all_of<ReleaseRenderer>(decision.actions).size(), 1u);
}

TEST_F(IdleStepTest, what_must_be_known_before_a_render_is_looked_at_at_once) {
  moment.commit(moment.decide().changes);
  moment.now += 3ms;
  Job& job = moment.ledger.jobs["j-1"];
  job.attempt_at = moment.now;
  moment.seen.renders[job.prompt_id] = {.value = RenderReading{}, .at = moment.now, .tried_at = moment.now};
  EXPECT_TRUE(looks_at_card());
  EXPECT_TRUE(looks_at_renderer());
}

TEST_F(IdleStepTest, a_release_is_proved_by_a_look_that_is_made_at_once) {
  moment.ledger.jobs.clear();
  moment.now += 3ms;
  window().phase = WindowPhase::releasing;
  window().phase_at = moment.now;
  EXPECT_TRUE(looks_at_renderer());
}

TEST_F(IdleStepTest, a_sense_that_waits_for_memory_has_the_card_watched) {
  moment.ledger.jobs.clear();
  moment.ledger.absences.clear();
  window().phase = WindowPhase::returning;
  moment.show_free(gibibytes(1));
  EXPECT_EQ(pause(), 2ms);
}

// The render of the one job is over and its media is being fetched.
struct CollectingTest : IdleStepTest {
  CollectingTest() {
    moment.commit(moment.decide().changes);
    Job& job = moment.ledger.jobs["j-1"];
    RenderReading render{.state = RenderState::finished};
    render.files = {{.filename = "a.png"}};
    moment.seen.renders[job.prompt_id] = {.value = render, .at = moment.now, .tried_at = moment.now};
  }
};

TEST_F(CollectingTest, the_media_of_the_last_render_is_fetched_while_everyone_comes_back) {
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::releasing);
  EXPECT_EQ(moment.ledger.jobs["j-1"].state, JobState::rendering);
  moment.renderer().held = gibibytes(5);
  moment.now += 1ms;
  const Decision decision = moment.decide();
  EXPECT_EQ(all_of<CollectMedia>(decision.actions).size(), 1u);
  EXPECT_EQ(all_of<ReleaseRenderer>(decision.actions).size(), 1u);
}

TEST_F(CollectingTest, media_that_could_not_be_fetched_keeps_the_window_open) {
  moment.seen.collected["j-1"] = {.error = Error{Errc::unreachable, "cut"}};
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::rendering);
}

TEST_F(CollectingTest, with_another_render_to_come_the_window_waits_for_the_media) {
  moment.queue("selfie", 2);
  EXPECT_EQ(phase_after(moment.decide()), WindowPhase::rendering);
}

}  // namespace
}  // namespace malin::fake
