#include "core/requests.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct RequestsTest : testing::Test {
  Moment moment;

  Result<Accepted> submit(Submission submission) {
    return submit_job(moment.config, moment.ledger, submission, moment.now);
  }
  Errc refusal(Submission submission) { return submit(std::move(submission)).error().code; }
  Window& open(WindowPhase phase) {
    Window& window = moment.ledger.windows[1];
    window.id = 1;
    window.card = "gpu0";
    window.phase = phase;
    moment.ledger.absences["vision"] = {.sense = "vision", .window = 1};
    return window;
  }
};

TEST_F(RequestsTest, a_submission_becomes_a_queued_job_with_an_id_of_its_own) {
  moment.ledger.next_job = 7;
  const auto accepted = submit({"selfie", "at the beach", {{"style", "film"}, {"seed", "5"}}, 2, "key"});
  ASSERT_TRUE(accepted);
  const Job& job = accepted->job;
  EXPECT_EQ(job.id, "j-7");
  EXPECT_EQ(job.key, "key");
  EXPECT_EQ(job.priority, 2);
  EXPECT_EQ(job.state, JobState::queued);
  EXPECT_EQ(job.created_at, moment.now);
  moment.commit(accepted->changes);
  EXPECT_EQ(moment.ledger.jobs.at("j-7"), job);
  EXPECT_EQ(submit({"selfie", "again", {}, 0, ""})->job.id, "j-8");
}

TEST_F(RequestsTest, a_submission_that_makes_no_sense_is_refused_with_a_reason) {
  EXPECT_EQ(refusal({"song", "x", {}, 0, ""}), Errc::not_found);
  EXPECT_EQ(refusal({"selfie", "", {}, 0, ""}), Errc::refused);
  EXPECT_EQ(refusal({"selfie", " \n\t", {}, 0, ""}), Errc::refused);
  EXPECT_EQ(refusal({"selfie", std::string(201, 'x'), {}, 0, ""}), Errc::refused);
  EXPECT_EQ(refusal({"selfie", "x", {{"mood", "y"}}, 0, ""}), Errc::refused);
  EXPECT_EQ(refusal({"selfie", "x", {{"style", std::string(201, 'x')}}, 0, ""}), Errc::refused);
  EXPECT_TRUE(submit({"selfie", std::string(200, 'x'), {}, 0, ""}));
}

TEST_F(RequestsTest, a_kinds_name_stands_for_its_usual_size_whatever_was_rendered_before) {
  moment.ledger.footprints["selfie"] = {.name = "selfie"};
  moment.ledger.footprints["gone"] = {.name = "gone"};
  moment.config.kinds[0].slots["width"] = "1024";
  const auto key = [this](const char* name) { return footprint_key(moment.config, moment.ledger, name); };
  EXPECT_EQ(key("selfie"), "selfie-1024wide");
  EXPECT_EQ(key("brain"), "brain");
  EXPECT_EQ(key("gone"), "gone");
  EXPECT_EQ(key("nobody").error().code, Errc::not_found);
}

TEST_F(RequestsTest, a_full_queue_takes_no_more_and_jobs_that_are_over_do_not_fill_it) {
  for (int i = 1; i <= static_cast<int>(queued_jobs_max); ++i) moment.queue("selfie", i);
  EXPECT_EQ(refusal({"selfie", "x", {}, 0, ""}), Errc::refused);
  moment.ledger.jobs["j-1"].state = JobState::failed;
  EXPECT_TRUE(submit({"selfie", "x", {}, 0, ""}));
}

TEST_F(RequestsTest, only_what_is_not_rendered_yet_can_be_cancelled) {
  EXPECT_EQ(cancel_job(moment.ledger, "j-9", start).error().code, Errc::not_found);
  for (const auto state : {JobState::queued, JobState::rendering, JobState::rendered, JobState::delivered,
                           JobState::failed, JobState::cancelled}) {
    moment.queue("selfie").state = state;
    const auto changes = cancel_job(moment.ledger, "j-1", start);
    const bool is_possible = state == JobState::queued || state == JobState::rendering;
    EXPECT_EQ(changes.has_value(), is_possible) << to_string(state);
    if (!changes) {
      EXPECT_EQ(changes.error().code, Errc::refused);
      continue;
    }
    moment.commit(*changes);
    EXPECT_EQ(moment.ledger.jobs["j-1"].state, JobState::cancelled);
    EXPECT_EQ(moment.ledger.jobs["j-1"].ended_at, start);
  }
}

TEST_F(RequestsTest, switching_off_calls_open_windows_off_and_switching_on_lifts_a_hold) {
  EXPECT_TRUE(set_swap(moment.ledger, true, start).empty());
  open(WindowPhase::rendering);
  moment.ledger.settings.hold_until = start + 5s;
  moment.commit(set_swap(moment.ledger, false, start));
  EXPECT_FALSE(moment.ledger.settings.swap_enabled);
  EXPECT_TRUE(moment.ledger.windows[1].aborted);
  EXPECT_EQ(moment.ledger.windows[1].phase_at, start);
  EXPECT_TRUE(set_swap(moment.ledger, false, start).empty());
  moment.commit(set_swap(moment.ledger, true, start));
  EXPECT_TRUE(moment.ledger.settings.swap_enabled);
  EXPECT_EQ(moment.ledger.settings.hold_until, std::nullopt);
}

TEST_F(RequestsTest, only_a_window_that_is_not_ending_already_can_be_called_off) {
  EXPECT_EQ(abort_swap(moment.config, moment.ledger, start).error().code, Errc::refused);
  for (const auto phase : {WindowPhase::making_room, WindowPhase::rendering, WindowPhase::releasing,
                           WindowPhase::returning, WindowPhase::closed}) {
    open(phase).aborted = false;
    moment.ledger.settings = {};
    const auto changes = abort_swap(moment.config, moment.ledger, start);
    const bool is_possible = phase != WindowPhase::returning && phase != WindowPhase::closed;
    EXPECT_EQ(changes.has_value(), is_possible) << to_string(phase);
    const auto restore = restore_sense(moment.config, moment.ledger, "vision", start);
    ASSERT_TRUE(restore);
    EXPECT_EQ(restore->empty(), !is_possible) << to_string(phase);
    if (!changes) continue;
    moment.commit(*changes);
    EXPECT_TRUE(moment.ledger.windows[1].aborted);
    EXPECT_EQ(moment.ledger.settings.hold_until, start + moment.config.swap.abort_hold);
    EXPECT_FALSE(abort_swap(moment.config, moment.ledger, start)) << "called off once is enough";
  }
}

TEST_F(RequestsTest, a_sense_that_is_here_needs_no_restoring) {
  EXPECT_EQ(restore_sense(moment.config, moment.ledger, "nose", start).error().code, Errc::not_found);
  EXPECT_TRUE(restore_sense(moment.config, moment.ledger, "brain", start)->empty());
  open(WindowPhase::rendering);
  EXPECT_TRUE(restore_sense(moment.config, moment.ledger, "brain", start)->empty());
  moment.commit(*restore_sense(moment.config, moment.ledger, "vision", start));
  EXPECT_EQ(moment.ledger.windows[1].reason, "vision was asked back");
}

}  // namespace
}  // namespace malin::fake
