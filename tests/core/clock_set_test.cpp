#include "core/clock_set.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct ClockSetTest : testing::Test {
  Moment moment;
  // The clock is set back by an hour, and the ledger straightened.
  bool set_back() {
    moment.now -= 1h;
    const Situation situation = moment.situation();
    Draft draft(situation);
    const bool is_straightened = straighten_times(situation, draft);
    moment.commit(std::move(draft).finish().changes);
    return is_straightened;
  }
};

TEST_F(ClockSetTest, while_it_runs_as_it_should_nothing_changes) {
  moment.queue("selfie");
  moment.now += 1h;
  const Situation situation = moment.situation();
  Draft draft(situation);
  EXPECT_FALSE(straighten_times(situation, draft));
  EXPECT_TRUE(std::move(draft).finish().changes.empty());
}

TEST_F(ClockSetTest, a_job_waits_no_longer_than_it_may_be_put_off) {
  Job& job = moment.queue("selfie");
  job.attempt_at = moment.now;
  job.not_before = moment.now + 5min;
  EXPECT_TRUE(set_back());
  const Job& right = moment.ledger.jobs.at("j-1");
  EXPECT_EQ(right.created_at, moment.now);
  EXPECT_EQ(right.attempt_at, moment.now);
  EXPECT_EQ(right.not_before, moment.now + 10min);
}

TEST_F(ClockSetTest, nobody_is_away_longer_than_the_limit_from_now) {
  const TimePoint opened = moment.now;
  moment.ledger.windows[1] = {.id = 1, .opened_at = opened, .phase_at = opened, .render_until = opened + 90s};
  moment.ledger.absences["vision"] = {.sense = "vision", .window = 1, .since = opened, .deadline = opened + 120s};
  EXPECT_TRUE(set_back());
  EXPECT_EQ(moment.ledger.windows.at(1).opened_at, moment.now);
  EXPECT_EQ(moment.ledger.windows.at(1).render_until, moment.now) << "nobody knows how long it has been open";
  EXPECT_EQ(moment.ledger.absences.at("vision").since, moment.now);
  EXPECT_EQ(moment.ledger.absences.at("vision").deadline, moment.now + moment.config.swap.absence_limit);
}

TEST_F(ClockSetTest, a_hold_and_what_was_learned_are_not_of_the_future) {
  moment.ledger.settings.hold_until = moment.now + 1min;
  moment.ledger.footprints["selfie"] = {.name = "selfie", .measured_at = moment.now, .ran_out_at = moment.now};
  EXPECT_TRUE(set_back());
  EXPECT_EQ(moment.ledger.settings.hold_until, moment.now + moment.config.swap.abort_hold);
  EXPECT_EQ(moment.ledger.footprints.at("selfie").measured_at, moment.now);
  EXPECT_EQ(moment.ledger.footprints.at("selfie").ran_out_at, moment.now);
}

}  // namespace
}  // namespace malin::fake
