#include "core/rendering.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

constexpr const char* prompt_id = "prompt";

struct RenderingTest : testing::Test {
  Moment moment;
  Window window{.id = 1, .card = "gpu0", .renderer = "comfyui", .render_until = start + 90s};

  RenderingTest() {
    Job& job = moment.queue("selfie");
    job.state = JobState::rendering;
    job.prompt_id = prompt_id;
    job.attempts = 1;
    job.attempt_at = job.started_at = start;
    moment.show_free(gibibytes(7));
  }
  Job& job() { return moment.ledger.jobs.at("j-1"); }
  Reading<RenderReading>& render(RenderState state) {
    Reading<RenderReading>& reading = moment.seen.renders[prompt_id];
    reading = {.value = RenderReading{.state = state}, .at = moment.now, .tried_at = moment.now};
    if (state == RenderState::finished) reading.value->files = {{.filename = "a.png"}};
    return reading;
  }
  Decision follow(bool is_in_window = true) {
    const Situation situation = moment.situation();
    Draft draft(situation);
    follow_render(situation, job(), moment.config.renderers[0], is_in_window ? &window : nullptr, draft);
    return std::move(draft).finish();
  }
  // The job as it is after the decision.
  Job after(const Decision& decision) {
    const auto puts = all_of<PutJob>(decision.changes);
    return puts.size() == 1 ? puts[0].job : Job{};
  }
  template <class T>
  bool does(const Decision& decision) {
    return all_of<T>(decision.actions).size() == 1;
  }
};

TEST_F(RenderingTest, it_looks_before_it_submits) {
  EXPECT_TRUE(does<LookUpRender>(follow()));
  EXPECT_FALSE(does<SubmitRender>(follow()));
  render(RenderState::absent);
  EXPECT_TRUE(does<SubmitRender>(follow()));
}

TEST_F(RenderingTest, what_nobody_can_have_submitted_needs_no_look) {
  moment.seen.begun.insert(job().prompt_id);
  EXPECT_TRUE(does<SubmitRender>(follow()));
  moment.seen.attempts["submit " + job().prompt_id] = {.last_at = moment.now};
  EXPECT_FALSE(does<SubmitRender>(follow()));
  EXPECT_TRUE(does<LookUpRender>(follow()));
}

TEST_F(RenderingTest, a_renderer_that_does_not_answer_is_asked_for_it_so_that_its_loss_is_noticed) {
  moment.seen.begun.insert(job().prompt_id);
  moment.seen.renderers["comfyui"].error = Error{Errc::unreachable, "gone"};
  EXPECT_FALSE(does<SubmitRender>(follow()));
  EXPECT_TRUE(does<LookUpRender>(follow()));
}

TEST_F(RenderingTest, it_is_not_submitted_beside_a_load) {
  render(RenderState::absent);
  moment.in_flight.push_back({LoadSense{.sense = "brain", .engine = "lmstudio", .card = "gpu0"}, start});
  EXPECT_FALSE(does<SubmitRender>(follow()));
}

TEST_F(RenderingTest, it_submits_only_on_looks_from_after_the_attempt_that_show_the_room) {
  render(RenderState::absent);
  moment.seen.cards["gpu0"].at -= 1ms;
  EXPECT_FALSE(does<SubmitRender>(follow()));
  moment.seen.cards["gpu0"].at += 1ms;
  moment.seen.renderers["comfyui"].at -= 1ms;
  EXPECT_FALSE(does<SubmitRender>(follow()));
  moment.seen.renderers["comfyui"].at += 1ms;
  moment.now += 3s;
  EXPECT_FALSE(does<SubmitRender>(follow())) << "fresh means now, not once";
  moment.pass(0s);
  EXPECT_TRUE(does<SubmitRender>(follow()));
}

TEST_F(RenderingTest, without_room_it_goes_back_to_the_queue_and_no_attempt_is_spent) {
  render(RenderState::absent);
  moment.show_free(gibibytes(6));
  const Job back = after(follow());
  EXPECT_EQ(back.state, JobState::queued);
  EXPECT_EQ(back.attempts, 0);
  EXPECT_EQ(back.not_before, start);
  EXPECT_EQ(after(follow(false)).not_before, start + 5s);
}

TEST_F(RenderingTest, a_lost_answer_is_looked_up_and_only_then_repeated) {
  render(RenderState::absent);
  moment.seen.attempts[std::string("submit ") + prompt_id] = {
      .failures = 1, .last_at = start, .error = Error{Errc::timeout, "no answer"}};
  EXPECT_FALSE(does<SubmitRender>(follow())) << "not at once";
  moment.pass(1s);
  render(RenderState::absent);
  EXPECT_TRUE(does<SubmitRender>(follow()));
  render(RenderState::running);
  EXPECT_FALSE(does<SubmitRender>(follow()));
}

TEST_F(RenderingTest, a_refused_workflow_fails_the_job_with_the_renderers_words) {
  render(RenderState::absent);
  moment.seen.attempts[std::string("submit ") + prompt_id] = {
      .failures = 1, .last_at = start, .error = Error{Errc::refused, "no such node"}};
  EXPECT_EQ(after(follow()).state, JobState::failed);
  EXPECT_EQ(after(follow()).reason, "no such node");
}

TEST_F(RenderingTest, a_render_that_the_renderer_lost_is_tried_again) {
  moment.seen.attempts[std::string("submit ") + prompt_id] = {.last_at = start};
  render(RenderState::absent);
  EXPECT_TRUE(follow().changes.empty()) << "only a look from after the submission tells";
  moment.pass(1s);
  render(RenderState::absent);
  EXPECT_EQ(after(follow()).state, JobState::queued);
  job().attempts = 3;
  EXPECT_EQ(after(follow()).state, JobState::failed);
}

TEST_F(RenderingTest, while_it_runs_the_person_sees_that_something_is_made) {
  render(RenderState::running);
  EXPECT_TRUE(does<ShowActivity>(follow()));
  moment.seen.attempts["show activity"] = {.last_at = start};
  EXPECT_FALSE(does<ShowActivity>(follow()));
  moment.seen.attempts.clear();
  moment.seen.courier_silent_until = start + 1s;
  EXPECT_FALSE(does<ShowActivity>(follow()));
  moment.seen.courier_silent_until = {};
  moment.config.courier.reset();
  EXPECT_FALSE(does<ShowActivity>(follow()));
}

TEST_F(RenderingTest, it_is_interrupted_at_its_limit_or_when_the_senses_must_come_back) {
  moment.pass(60s);
  render(RenderState::running);
  EXPECT_TRUE(does<InterruptRender>(follow()));
  EXPECT_TRUE(does<InterruptRender>(follow(false)));
  window.render_until = start + 50s;
  job().attempt_at = start + 20s;
  EXPECT_TRUE(does<InterruptRender>(follow()));
  EXPECT_FALSE(does<InterruptRender>(follow(false)));
  window.render_until = start + 90s;
  EXPECT_FALSE(does<InterruptRender>(follow()));
  window.aborted = true;
  window.phase_at = moment.now;
  EXPECT_TRUE(does<InterruptRender>(follow()));
}

TEST_F(RenderingTest, one_that_does_not_stop_is_given_up) {
  window.render_until = start + 30s;
  moment.pass(44s);
  render(RenderState::running);
  EXPECT_TRUE(follow().changes.empty());
  moment.pass(1s);
  EXPECT_EQ(after(follow()).state, JobState::queued);
  EXPECT_EQ(after(follow()).reason, "the senses had to come back");
  moment.in_flight.push_back({SubmitRender{"j-1", "comfyui", prompt_id}, start});
  EXPECT_TRUE(follow().changes.empty()) << "while it is being submitted nobody knows";
}

TEST_F(RenderingTest, called_off_by_someone_it_waits_for_the_end_of_the_hold) {
  window.aborted = true;
  window.phase_at = start;
  moment.ledger.settings.hold_until = start + 20s;
  auto& reading = render(RenderState::failed);
  reading.value->interrupted = true;
  EXPECT_EQ(after(follow()).not_before, start + 20s);
  EXPECT_EQ(after(follow()).reason, "the swap was called off");
}

TEST_F(RenderingTest, failures_of_the_render_itself_end_the_job_and_others_are_tried_again) {
  auto& reading = render(RenderState::failed);
  reading.value->reason = "a node blew up";
  EXPECT_EQ(after(follow()).state, JobState::failed);
  EXPECT_EQ(after(follow()).reason, "a node blew up");
  reading.value->out_of_memory = true;
  EXPECT_EQ(after(follow()).state, JobState::queued);
  reading.value->out_of_memory = false;
  reading.value->interrupted = true;
  EXPECT_EQ(after(follow()).reason, "someone interrupted it");
}

TEST_F(RenderingTest, one_shortage_in_room_that_was_enough_before_teaches_nothing) {
  moment.ledger.footprints["selfie"] = {.name = "selfie", .peaks = {{.taken = gibibytes(5), .room = gibibytes(7)}}};
  moment.seen.uses[prompt_id] = {.room = gibibytes(7)};
  moment.now += 60s;
  render(RenderState::failed).value->out_of_memory = true;
  const Decision once = follow();
  EXPECT_EQ(after(once).state, JobState::queued);
  EXPECT_FALSE(all_of<PutFootprint>(once.changes).at(0).footprint.raised);
  moment.commit(once.changes);
  job().state = JobState::rendering;
  job().prompt_id = prompt_id;
  const Decision again = follow();
  EXPECT_EQ(after(again).state, JobState::failed);
  EXPECT_TRUE(all_of<PutFootprint>(again.changes).at(0).footprint.raised);
}

TEST_F(RenderingTest, a_finished_render_is_collected_and_judged) {
  render(RenderState::finished);
  EXPECT_TRUE(does<CollectMedia>(follow()));
  moment.seen.collected["j-1"].media = Media{.path = "/spool/a.png"};
  EXPECT_EQ(after(follow()).state, JobState::rendered);
  EXPECT_EQ(after(follow()).media->path, "/spool/a.png");
  moment.seen.collected["j-1"] = {.error = Error{Errc::bad_reply, "it is black"}};
  EXPECT_EQ(after(follow()).state, JobState::queued) << "another attempt";
  job().attempts = 3;
  EXPECT_EQ(after(follow()).reason, "it is black (3 attempts)");
  render(RenderState::finished).value->files.clear();
  EXPECT_EQ(after(follow()).state, JobState::failed);
}

TEST_F(RenderingTest, a_fetch_that_fails_is_repeated_but_does_not_keep_the_senses_away) {
  moment.seen.collected["j-1"] = {.error = Error{Errc::unreachable, "reset"}};
  moment.seen.attempts["collect j-1"] = {.failures = 2, .last_at = start, .error = Error{Errc::unreachable, "reset"}};
  render(RenderState::finished);
  EXPECT_TRUE(follow().actions.empty());
  moment.pass(2s);
  EXPECT_TRUE(does<CollectMedia>(follow()));
  moment.pass(117s);
  EXPECT_TRUE(follow().changes.empty());
  moment.pass(1s);
  EXPECT_EQ(after(follow()).state, JobState::queued);
  EXPECT_TRUE(follow(false).changes.empty()) << "without a window nobody waits for it";
  moment.seen.attempts["collect j-1"].failures = 8;
  EXPECT_EQ(after(follow(false)).state, JobState::queued);
}

TEST_F(RenderingTest, a_renderer_that_does_not_answer_is_waited_for_only_so_long) {
  auto& reading = moment.seen.renders[prompt_id];
  reading = {.error = Error{Errc::unreachable, ""}, .tried_at = start, .failing_since = start, .failures = 1};
  EXPECT_TRUE(follow().changes.empty());
  moment.pass(20s);
  EXPECT_EQ(after(follow()).reason, "comfyui does not answer");
}

TEST_F(RenderingTest, strays_are_stopped_and_what_is_wanted_or_foreign_is_not) {
  const auto strays = [&] {
    const Situation situation = moment.situation();
    Draft draft(situation);
    stop_strays(situation, moment.config.renderers[0], draft);
    return all_of<InterruptRender>(std::move(draft).finish().actions);
  };
  moment.renderer().running = {prompt_id, "foreign"};
  EXPECT_TRUE(strays().empty());
  job().state = JobState::cancelled;
  ASSERT_EQ(strays().size(), 1u);
  EXPECT_EQ(strays()[0].prompt_id, prompt_id);
  moment.seen.attempts[std::string("interrupt ") + prompt_id] = {.last_at = start};
  EXPECT_TRUE(strays().empty()) << "not twice at once";
  moment.seen.attempts.clear();
  job().rendered_at = start + 1ms;
  EXPECT_TRUE(strays().empty()) << "a look from before its end";
  moment.renderer().running.clear();
  moment.renderer().pending = {prompt_id};
  job().rendered_at.reset();
  EXPECT_EQ(strays().size(), 1u);
}

}  // namespace
}  // namespace malin::fake
