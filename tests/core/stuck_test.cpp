// Senses that neither come nor fail: a load without an end, an engine that stays silent.
#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct StuckTest : testing::Test {
  Moment moment;

  void pass(ResidentState state, Duration length) {
    moment.resident("brain").state = state;
    moment.seen.passing["lmstudio"]["brain"] = moment.now;
    moment.pass(length);
  }
  SenseState state() const { return find_view(moment.views(), "brain")->state; }
  bool is_restarted() const { return !all_of<RestartServer>(moment.decide().actions).empty(); }
};

TEST_F(StuckTest, a_load_that_never_ends_counts_as_failed_and_its_engine_is_restarted) {
  pass(ResidentState::loading, 29s);
  EXPECT_EQ(state(), SenseState::loading);
  moment.pass(1s);
  EXPECT_EQ(state(), SenseState::failing);
  moment.commit(moment.decide().changes);
  EXPECT_TRUE(moment.ledger.outbox.begin()->second.text.starts_with("I cannot get my brain back yet"));
  EXPECT_TRUE(is_restarted());
  moment.seen.restarts["lmstudio"] = {moment.now};
  moment.pass(59s);
  EXPECT_FALSE(is_restarted()) << "it has a while to come up";
  moment.pass(2s);
  EXPECT_TRUE(is_restarted());
}

TEST_F(StuckTest, an_unload_that_never_ends_is_the_same) {
  pass(ResidentState::unloading, 30s);
  EXPECT_EQ(state(), SenseState::failing);
  moment.commit(moment.decide().changes);
  EXPECT_TRUE(is_restarted());
}

TEST_F(StuckTest, an_engine_that_stays_silent_is_told_of_once) {
  Reading<EngineReading>& engine = moment.seen.engines["lmstudio"];
  engine.error = Error{Errc::unreachable, "connection refused"};
  engine.failing_since = moment.now;
  moment.commit(moment.decide().changes);
  EXPECT_TRUE(moment.ledger.outbox.empty());
  moment.now += 120s;
  moment.commit(moment.decide().changes);
  EXPECT_EQ(moment.ledger.outbox.size(), 3u) << "brain, vision and voice";
  EXPECT_EQ(moment.ledger.outbox.begin()->second.text,
            "I cannot get my brain back yet (lmstudio does not answer). Still trying.");
  EXPECT_TRUE(all_of<PutProfile>(moment.decide().changes).empty());
}

}  // namespace
}  // namespace malin::fake
