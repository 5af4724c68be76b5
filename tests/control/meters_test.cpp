// What is counted of what was committed and of how actions ended.
#include "control/meters.hpp"

#include <gtest/gtest.h>

#include "control/fake_outside.hpp"

namespace malin::control {
namespace {

using malin::testing::Home;

constexpr TimePoint start = from_unix_ms(1'000'000);
constexpr TimePoint after(std::int64_t seconds) { return start + std::chrono::seconds(seconds); }

Job rendering_job() {
  Job job;
  job.id = "j-1";
  job.kind = "selfie";
  job.state = JobState::rendering;
  job.attempts = 1;
  job.prompt_id = "p-1";
  job.created_at = after(0);
  job.started_at = job.attempt_at = after(40);
  return job;
}

struct MetersTest : ::testing::Test {
  void put(Changes changes, TimePoint now) {
    meters.committed(ledger, changes, seen, now);
    malin::apply(ledger, changes);
  }
  Window open(TimePoint now) {
    Window window;
    window.id = 1;
    window.card = "gpu0";
    window.opened_at = now;
    window.evicted = {"vision"};
    window.leaves["vision"] = {.since = now};
    put({PutWindow{window}}, now);
    return window;
  }
  Duration away(TimePoint now) const { return meters.away("vision", ledger, now); }

  Ledger ledger;
  Observation seen;
  Meters meters{start};
};

TEST_F(MetersTest, an_absence_is_counted_while_it_lasts_and_never_falls_back) {
  EXPECT_EQ(away(after(5)), Duration{});
  Window window = open(after(10));
  EXPECT_EQ(away(after(10)), Duration{});
  EXPECT_EQ(away(after(15)), std::chrono::seconds(5));
  put({}, after(16));
  EXPECT_EQ(away(after(20)), std::chrono::seconds(10));
  EXPECT_EQ(meters.away("brain", ledger, after(20)), Duration{});
  window.leaves["vision"].back_at = after(30);
  put({PutWindow{window}}, after(30));
  EXPECT_EQ(away(after(99)), std::chrono::seconds(20));
  put({}, after(50));
  window.leaves["vision"].back_at.reset();  // Loaded once more.
  put({PutWindow{window}}, after(60));
  EXPECT_EQ(away(after(61)), std::chrono::seconds(21));
  EXPECT_EQ(away(after(50)), std::chrono::seconds(20));  // The clock was set back.
  window.phase = WindowPhase::closed;
  put({PutWindow{window}}, after(62));
  EXPECT_EQ(away(after(99)), std::chrono::seconds(22));
}

TEST_F(MetersTest, an_absence_from_before_the_daemon_is_counted_from_its_start) {
  open(start - std::chrono::hours(1));
  Meters next(after(100));
  EXPECT_EQ(next.away("vision", ledger, after(103)), std::chrono::seconds(3));
}

TEST_F(MetersTest, a_job_is_timed_from_acceptance_to_render_to_end_also_within_one_transaction) {
  Job job = rendering_job();
  Job queued = job;
  queued.state = JobState::queued;
  queued.started_at = queued.attempt_at = std::nullopt;
  Job rendered = job;
  rendered.state = JobState::rendered;
  rendered.rendered_at = after(52);
  Job delivered = rendered;
  delivered.state = JobState::delivered;
  put({PutJob{queued}, PutJob{job}}, after(40));
  EXPECT_EQ(meters.waits.at("selfie").sum, std::chrono::seconds(40));
  put({PutJob{rendered}}, after(52));
  put({PutJob{rendered}}, after(53));
  EXPECT_EQ(meters.renders.at("selfie").sum, std::chrono::seconds(12));
  put({PutJob{delivered}}, after(54));
  EXPECT_EQ(meters.jobs_ended.at(std::pair(std::string("selfie"), JobState::delivered)), 1);
  EXPECT_TRUE(meters.failures.empty());
}

// How a render stood when its job went back to the queue, and what that counts as.
TEST_F(MetersTest, a_failed_attempt_has_a_reason) {
  const auto reading = [](RenderReading value) { return Reading<RenderReading>{.value = std::move(value)}; };
  const auto ended = [&](RenderState state) { return reading({.state = state}); };
  const auto collected = [](Errc code) { return Collected{.media = {}, .error = Error{code, "x"}}; };
  const auto tried = [](std::optional<Error> error) { return Attempts{.failures = 1, .error = std::move(error)}; };
  struct Case {
    FailureReason reason;
    std::optional<Reading<RenderReading>> render;
    std::optional<Collected> collected{};
    std::optional<Attempts> submit{};
  };
  Reading<RenderReading> silent = ended(RenderState::running);
  silent.error = Error{Errc::unreachable, "x"};
  const std::vector<Case> cases{
      {FailureReason::stopped, std::nullopt},
      {FailureReason::stopped, ended(RenderState::running)},
      {FailureReason::stopped, reading({.state = RenderState::failed, .interrupted = true})},
      {FailureReason::out_of_memory, reading({.state = RenderState::failed, .out_of_memory = true})},
      {FailureReason::render_error, ended(RenderState::failed)},
      {FailureReason::unreachable, silent},
      {FailureReason::media, ended(RenderState::finished)},
      {FailureReason::media, ended(RenderState::finished), collected(Errc::bad_reply)},
      {FailureReason::unreachable, ended(RenderState::finished), collected(Errc::timeout)},
      {FailureReason::stopped, reading({.state = RenderState::finished, .files = {{"a.png", "", "output"}}})},
      {FailureReason::stopped, ended(RenderState::absent)},
      {FailureReason::lost, ended(RenderState::absent), std::nullopt, tried(std::nullopt)},
      {FailureReason::refused, ended(RenderState::absent), std::nullopt, tried(Error{Errc::refused, "x"})},
      {FailureReason::unreachable, ended(RenderState::absent), std::nullopt, tried(Error{Errc::timeout, "x"})}};
  for (const JobState next : {JobState::queued, JobState::failed}) {
    for (const Case& one : cases) {
      ledger.jobs["j-1"] = rendering_job();
      seen = {};
      if (one.render) seen.renders["p-1"] = *one.render;
      if (one.collected) seen.collected["j-1"] = *one.collected;
      if (one.submit) seen.attempts["submit p-1"] = *one.submit;
      meters = Meters(start);
      Job job = rendering_job();
      job.state = next;
      put({PutJob{job}}, after(60));
      EXPECT_EQ(meters.failures, (std::map<FailureReason, std::int64_t>{{one.reason, 1}}))
          << &one - cases.data() << " " << to_string(one.reason);
    }
  }
}

TEST_F(MetersTest, a_job_fails_before_and_after_its_render_for_reasons_of_their_own) {
  ledger.jobs["j-1"] = rendering_job();
  Job job = rendering_job();
  job.state = JobState::queued;
  job.attempts = 0;
  put({PutJob{job}}, after(41));
  EXPECT_EQ(meters.failures[FailureReason::no_room], 1);
  job.state = JobState::failed;
  put({PutJob{job}}, after(42));
  put({PutJob{job}}, after(43));
  EXPECT_EQ(meters.failures[FailureReason::refused], 1);
  ledger.jobs["j-1"].state = JobState::rendered;
  put({PutJob{job}}, after(44));
  EXPECT_EQ(meters.failures[FailureReason::delivery], 1);
  ledger.jobs["j-1"] = rendering_job();
  job.state = JobState::cancelled;
  put({PutJob{job}}, after(45));
  EXPECT_EQ(meters.failures.size(), 3U);
  EXPECT_EQ(meters.jobs_ended.at(std::pair(std::string("selfie"), JobState::cancelled)), 1);
}

TEST_F(MetersTest, a_window_is_counted_by_how_it_ended) {
  struct Case {
    bool aborted;
    std::optional<bool> exactly;
    WindowOutcome outcome;
  };
  for (const Case& one : {Case{false, true, WindowOutcome::restored}, Case{true, true, WindowOutcome::aborted},
                          Case{true, false, WindowOutcome::aborted}, Case{false, false, WindowOutcome::changed}}) {
    meters = Meters(start);
    Window window = open(after(10));
    window.phase = WindowPhase::closed;
    window.closed_at = after(25);
    window.aborted = one.aborted;
    window.restored_exactly = one.exactly;
    put({PutWindow{window}}, after(25));
    put({PutWindow{window}}, after(26));
    EXPECT_EQ(meters.windows_closed, (std::map<WindowOutcome, std::int64_t>{{one.outcome, 1}}));
    EXPECT_EQ(meters.windows.sum, std::chrono::seconds(15));
  }
}

TEST_F(MetersTest, the_card_settles_from_the_last_unload_to_the_render) {
  Window window = open(after(10));
  meters.ended(UnloadResident{"lmstudio", "vision", "vision"}, Duration(500), {}, after(12));
  window.phase = WindowPhase::rendering;
  put({PutWindow{window}}, after(14));
  EXPECT_EQ(meters.settles.sum, std::chrono::seconds(2));
  window.phase = WindowPhase::making_room;  // For the next job; nobody more was sent away.
  put({PutWindow{window}}, after(20));
  window.phase = WindowPhase::rendering;
  put({PutWindow{window}}, after(30));
  EXPECT_EQ(meters.settles.sum, std::chrono::seconds(2));
}

TEST_F(MetersTest, actions_are_counted_by_verb_and_outcome) {
  LoadSense load;
  load.sense = "brain";
  meters.ended(load, std::chrono::seconds(11), {}, after(1));
  meters.ended(load, std::chrono::seconds(60), fail(Errc::timeout, "x"), after(2));
  meters.ended(RestartServer{"comfyui"}, Duration(10), fail(Errc::refused, "x"), after(3));
  EXPECT_EQ(meters.actions, (std::map<std::pair<std::string, std::string>, std::int64_t>{
                                {{"load", "ok"}, 1}, {{"load", "timeout"}, 1}, {{"restart", "refused"}, 1}}));
  EXPECT_EQ(meters.loads.at("brain").sum, std::chrono::seconds(11));
  EXPECT_EQ(meters.commands.at({"comfyui", "restart"}), 1);
}

TEST_F(MetersTest, the_courier_is_away_while_its_newest_send_had_no_answer) {
  Announce send;
  send.item = 1;
  const auto is_up_after = [&](Result<void> outcome) {
    meters.ended(send, Duration(1), outcome, after(1));
    return meters.is_courier_reached;
  };
  EXPECT_FALSE(is_up_after(fail(Errc::unreachable, "x")));
  EXPECT_TRUE(is_up_after(fail(Errc::refused, "x")));
  EXPECT_FALSE(is_up_after(fail(Errc::timeout, "x")));
  EXPECT_TRUE(is_up_after({}));
}

TEST(Histogram, a_bucket_holds_what_is_not_longer_than_its_bound) {
  Histogram histogram;
  for (const int ms : {-5, 100, 101, 3'600'000, 3'600'001}) histogram.observe(Duration(ms));
  EXPECT_EQ(histogram.counts.front(), 2);
  EXPECT_EQ(histogram.counts.at(1), 1);
  EXPECT_EQ(histogram.counts.at(Histogram::bounds.size() - 1), 1);
  EXPECT_EQ(histogram.counts.back(), 1);
  EXPECT_EQ(histogram.sum, Duration(100 + 101 + 3'600'000 + 3'600'001));
}

TEST(MetersOfAHome, a_selfie_is_counted_from_its_wait_to_everyones_return) {
  Home home;
  home.start();
  ASSERT_TRUE(home.run_until_green());
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until_over("j-1"));
  const Meters& meters = home.controller->meters();
  const Ledger& ledger = home.controller->situation().ledger;
  const Leave& leave = ledger.windows.at(1).leaves.at("vision");
  EXPECT_EQ(meters.away("vision", ledger, home.clock.now()), *leave.back_at - leave.since);
  EXPECT_EQ(meters.windows_closed.at(WindowOutcome::restored), 1);
  EXPECT_EQ(meters.jobs_ended.at(std::pair(std::string("selfie"), JobState::delivered)), 1);
  EXPECT_GT(meters.settles.sum, Duration{});
  EXPECT_GT(meters.loads.at("vision").sum, Duration{});
  EXPECT_EQ(meters.actions.at({"unload", "ok"}), 1);
  EXPECT_TRUE(meters.failures.empty());
}

}  // namespace
}  // namespace malin::control
