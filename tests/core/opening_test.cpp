// How a job gets its turn when no window is open.
#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct OpeningTest : testing::Test {
  Moment moment;

  std::string why(const JobId& id = "j-1") const {
    const auto waits = moment.decide().waits;
    const auto found = waits.find(id);
    return found == waits.end() ? "" : found->second;
  }
  // The jobs whose render the decision begins.
  std::vector<JobId> begun(const Decision& decision) const {
    std::vector<JobId> ids;
    for (const PutJob& put : all_of<PutJob>(decision.changes))
      if (put.job.state == JobState::rendering) ids.push_back(put.job.id);
    return ids;
  }
};

TEST_F(OpeningTest, no_second_commit_stands_between_the_first_and_what_it_is_for) {
  moment.queue("selfie");
  moment.commit(moment.decide().changes);
  const Decision next = moment.decide();
  EXPECT_TRUE(next.changes.empty());
  EXPECT_EQ(all_of<UnloadResident>(next.actions).size(), 1u);
  EXPECT_EQ(all_of<Announce>(next.actions).size(), 1u);
}

TEST_F(OpeningTest, a_line_that_cannot_be_sent_yet_is_not_counted_as_sent) {
  moment.queue("selfie");
  moment.seen.courier_silent_until = moment.now + 5s;
  EXPECT_EQ(all_of<PutOutbox>(moment.decide().changes).at(0).item.unsure, 0);
}

TEST_F(OpeningTest, window_absences_and_status_line_are_one_commit) {
  moment.queue("selfie");
  const Decision decision = moment.decide();
  EXPECT_TRUE(decision.opens_window);
  const auto absences = all_of<PutAbsence>(decision.changes);
  ASSERT_EQ(absences.size(), 1u);
  EXPECT_EQ(absences[0].absence.resident, resident_of(moment.config.senses[1]));
  EXPECT_EQ(absences[0].absence.deadline, moment.now + 120s);
  const auto windows = all_of<PutWindow>(decision.changes);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].window.evicted, std::vector<std::string>{"vision"});
  EXPECT_EQ(windows[0].window.render_until, moment.now + 96s);
  EXPECT_EQ(windows[0].window.leaves.at("vision").since, moment.now);
  ASSERT_EQ(all_of<PutOutbox>(decision.changes).size(), 1u);
  EXPECT_EQ(all_of<PutOutbox>(decision.changes)[0].item.text, "taking your photo");
}

TEST_F(OpeningTest, the_more_urgent_and_then_the_older_goes_first) {
  moment.show_free(gibibytes(20));
  for (int i = 1; i <= 12; ++i) moment.queue("selfie", i);
  EXPECT_EQ(begun(moment.decide()), std::vector<JobId>{"j-1"});
  EXPECT_EQ(why("j-2"), "waits for its turn");
  moment.ledger.jobs["j-10"].created_at -= 1s;
  EXPECT_EQ(begun(moment.decide()), std::vector<JobId>{"j-10"});
  moment.ledger.jobs["j-12"].priority = 1;
  EXPECT_EQ(begun(moment.decide()), std::vector<JobId>{"j-12"});
}

TEST_F(OpeningTest, one_that_must_wait_does_not_hold_up_the_next) {
  moment.show_free(gibibytes(7));
  moment.queue("video", 1);
  moment.queue("selfie", 2);
  moment.ledger.settings.swap_enabled = false;
  EXPECT_EQ(begun(moment.decide()), std::vector<JobId>{"j-2"});
  EXPECT_EQ(why("j-1"), "needs vision and voice away, and swapping is off");
}

TEST_F(OpeningTest, each_wait_has_its_reason) {
  Job& job = moment.queue("selfie");
  const Moment clear = moment;
  moment.ledger.settings.hold_until = start + 20s;
  EXPECT_EQ(why(), "a swap was called off; no window for 20 s");
  moment = clear;
  moment.ledger.jobs["j-1"].not_before = start + 5s;
  moment.ledger.jobs["j-1"].reason = "no room";
  EXPECT_EQ(why(), "no room; tried again in 5.0 s");
  moment = clear;
  moment.begin_turn(5s);
  EXPECT_EQ(why(), "she is in the middle of a reply");
  moment = clear;
  moment.take_away("brain");
  EXPECT_EQ(why(), "bringing brain back first");
  moment = clear;
  moment.in_flight.push_back({ReleaseRenderer{"comfyui"}, start});
  EXPECT_EQ(why(), "waits for comfyui to give its memory back");
  moment = clear;
  moment.ledger.jobs["j-1"].prompt_id = "earlier";
  moment.renderer().running = {"earlier"};
  EXPECT_EQ(why(), "waits for an earlier render to stop");
  moment = clear;
  moment.config.senses[1].evictable = false;
  EXPECT_EQ(why(), "vision is not ready, so it cannot be sent away now");
  EXPECT_EQ(job.state, JobState::queued);
}

TEST_F(OpeningTest, two_renderers_on_one_card_begin_one_render_or_window) {
  RendererSpec second = moment.config.renderers[0];
  second.server.name = "another";
  moment.config.renderers.push_back(second);
  moment.seen.renderers["another"] = moment.seen.renderers["comfyui"];
  KindSpec sketch = moment.config.kinds[0];
  sketch.name = "sketch";
  sketch.renderer = "another";
  moment.config.kinds.push_back(sketch);
  moment.queue("selfie", 1);
  moment.queue("sketch", 2);
  EXPECT_EQ(all_of<PutWindow>(moment.decide().changes).size(), 1u);
  moment.show_free(gibibytes(20));
  EXPECT_EQ(begun(moment.decide()).size(), 1u);
}

TEST_F(OpeningTest, jobs_of_a_kind_that_is_not_configured_any_more_fail) {
  moment.queue("selfie", 1);
  moment.queue("video", 2).state = JobState::rendering;
  moment.queue("video", 3).state = JobState::rendered;
  moment.config.kinds.clear();
  moment.commit(moment.decide().changes);
  EXPECT_EQ(moment.ledger.jobs["j-1"].state, JobState::failed);
  EXPECT_EQ(moment.ledger.jobs["j-2"].state, JobState::failed);
  EXPECT_EQ(moment.ledger.jobs["j-3"].state, JobState::rendered) << "what is made can still be delivered";
}

struct ReleaseTest : testing::Test {
  Moment moment;

  ReleaseTest() {
    moment.renderer().held = gibibytes(5);
    Job& job = moment.queue("selfie");
    job.state = JobState::delivered;
    job.attempt_at = start - 10s;
  }
  bool releases() const { return all_of<ReleaseRenderer>(moment.decide().actions).size() == 1; }
};

TEST_F(ReleaseTest, outside_windows_what_our_render_left_is_given_back_once) {
  EXPECT_TRUE(releases());
  moment.seen.attempts["release comfyui"] = {.last_at = start};
  EXPECT_FALSE(releases());
}

TEST_F(ReleaseTest, what_someone_elses_render_holds_is_left_unless_a_sense_waits_for_it) {
  moment.renderer().running = {"foreign"};
  EXPECT_FALSE(releases());
  moment.take_away("brain");
  EXPECT_TRUE(releases());
}

TEST_F(ReleaseTest, memory_that_was_never_ours_is_left_alone) {
  moment.ledger.jobs.clear();
  EXPECT_FALSE(releases());
}

}  // namespace
}  // namespace malin::fake
