#include "core/presence.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct PresenceTest : testing::Test {
  Moment moment;
  Job job{.id = "j-1", .kind = "selfie", .created_at = start};

  Opening plan() const {
    const Situation situation = moment.situation();
    return plan_opening(situation, look_at_talk(situation), job, *moment.config.kind("selfie"));
  }
};

TEST_F(PresenceTest, an_idle_moment_is_taken) { EXPECT_TRUE(plan().is_now); }

TEST_F(PresenceTest, in_a_turn_nothing_opens_however_patient_the_job_was) {
  job.created_at = start - 3600s;
  moment.begin_turn(7s);
  const Opening opening = plan();
  EXPECT_FALSE(opening.is_now);
  EXPECT_EQ(opening.ask_again, start + 7s);
  moment.now += 7s;
  EXPECT_TRUE(plan().is_now) << "a turn that ran out is over";
}

TEST_F(PresenceTest, after_a_reply_it_waits_for_an_idle_stretch) {
  moment.seen.presence.quiet_since = start - 1s;
  const Opening opening = plan();
  EXPECT_FALSE(opening.is_now);
  EXPECT_EQ(opening.ask_again, start + 2s);
  moment.now += 2s;
  EXPECT_TRUE(plan().is_now);
}

TEST_F(PresenceTest, after_the_patience_of_its_kind_any_gap_will_do) {
  moment.seen.presence.quiet_since = start;
  job.created_at = start - 59s;
  EXPECT_FALSE(plan().is_now);
  EXPECT_EQ(plan().ask_again, start + 1s);
  job.created_at = start - 60s;
  EXPECT_TRUE(plan().is_now);
}

TEST_F(PresenceTest, a_generation_that_nobody_announced_counts_as_a_turn) {
  moment.resident("brain").state = ResidentState::busy;
  EXPECT_FALSE(plan().is_now);
  moment.resident("brain").identifier = "under-another-name";
  EXPECT_FALSE(plan().is_now);
  moment.resident("under-another-name").model = "no-sense";
  EXPECT_TRUE(plan().is_now) << "a model that is no sense is not her";
}

TEST_F(PresenceTest, our_own_proof_is_no_generation) {
  moment.resident("brain").state = ResidentState::busy;
  moment.in_flight.push_back({ProbeSense{.sense = "brain"}, start});
  EXPECT_TRUE(plan().is_now);
}

}  // namespace
}  // namespace malin::fake
