// Nobody starves: the bounds between those who wait to talk and those who wait for pictures.
#include <gtest/gtest.h>

#include "core/fake_home.hpp"
#include "core/presence.hpp"
#include "core/window_steps.hpp"

namespace malin::fake {
namespace {

struct WaitingTest : testing::Test {
  WaitingTest() {
    moment.config.swap.min_present = 20s;
    moment.config.swap.wait_limit = 30s;
  }

  Opening plan() const {
    const Situation situation = moment.situation();
    return plan_opening(situation, look_at_talk(situation), job, *moment.config.kind("selfie"));
  }

  Moment moment;
  Job job{.id = "j-1", .kind = "selfie", .created_at = start};
};

TEST_F(WaitingTest, past_its_patience_a_job_wants_the_next_gap) {
  moment.begin_turn(7s);
  EXPECT_FALSE(plan().wants_gap);
  job.created_at = start - 3600s;
  EXPECT_TRUE(plan().wants_gap);
  moment.seen.presence.turns.clear();
  EXPECT_TRUE(plan().is_now);
}

TEST_F(WaitingTest, she_stays_a_while_between_two_windows_however_patient_the_jobs_were) {
  job.created_at = start - 3600s;
  moment.seen.presence.quiet_since = start - 3600s;
  Window window;
  window.id = 1;
  window.phase = WindowPhase::closed;
  window.closed_at = start - 5s;
  moment.ledger.windows[1] = window;
  EXPECT_FALSE(plan().is_now);
  EXPECT_EQ(plan().ask_again, start + 15s);
  moment.begin_turn(7s);
  EXPECT_FALSE(plan().wants_gap) << "who waited for her return may speak";
}

TEST_F(WaitingTest, whoever_waits_too_long_ends_a_window_after_its_first_picture) {
  Window window;
  window.id = 1;
  window.card = moment.config.renderers.front().card;
  window.phase = WindowPhase::rendering;
  window.render_until = start + 3600s;
  const RendererSpec& renderer = moment.config.renderers.front();
  const auto reason = [&] { return reason_to_end(moment.situation(), window, renderer); };
  moment.seen.presence.waiting_since = start - 31s;
  EXPECT_FALSE(reason());
  window.jobs = {"j-1"};
  EXPECT_EQ(reason(), "someone is waiting to talk to her");
  moment.seen.presence.waiting_since = start - 29s;
  EXPECT_FALSE(reason());
  moment.seen.presence.waiting_since.reset();
  EXPECT_FALSE(reason());
}

}  // namespace
}  // namespace malin::fake
