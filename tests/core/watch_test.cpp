#include "core/watch.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct WatchTest : testing::Test {
  Moment moment;

  Decision decide() const {
    const Situation situation = moment.situation();
    Draft draft(situation);
    watch(situation, view_senses(situation), draft);
    return std::move(draft).finish();
  }
  Duration pause() const { return *decide().wake_at - moment.now; }
};

TEST_F(WatchTest, at_rest_it_looks_slowly_and_while_something_changes_fast) {
  EXPECT_EQ(pause(), 5s);
  const Moment rest = moment;
  moment.take_away("brain");
  EXPECT_EQ(pause(), 500ms) << "someone is missing";
  moment = rest;
  moment.queue("selfie").state = JobState::rendering;
  EXPECT_EQ(pause(), 500ms) << "a render is under way";
  moment = rest;
  moment.ledger.windows[1] = {.id = 1, .card = "gpu0"};
  EXPECT_EQ(pause(), 500ms) << "a window is open";
  moment.ledger.windows[1].phase = WindowPhase::closed;
  EXPECT_EQ(pause(), 5s);
  moment.in_flight.push_back({ReleaseRenderer{"comfyui"}, start});
  EXPECT_EQ(pause(), 500ms) << "something is being done";
}

TEST_F(WatchTest, what_is_due_is_looked_at_unless_it_is_being_looked_at) {
  moment.now += 5s;
  EXPECT_EQ(decide().actions.size(), 3u);
  moment.in_flight.push_back({ProbeCard{"gpu0"}, start});
  EXPECT_EQ(decide().actions.size(), 2u);
  EXPECT_TRUE(all_of<ProbeCard>(decide().actions).empty());
}

TEST_F(WatchTest, what_does_not_answer_is_asked_with_growing_pauses_but_never_more_rarely_than_at_rest) {
  auto& reading = moment.seen.engines["lmstudio"];
  reading.error = Error{Errc::unreachable, ""};
  reading.failures = 2;
  moment.now += 600ms;
  EXPECT_TRUE(all_of<ProbeEngine>(decide().actions).empty());
  reading.failures = 50;
  moment.now = start + 5s;
  EXPECT_EQ(all_of<ProbeEngine>(decide().actions).size(), 1u);
}

}  // namespace
}  // namespace malin::fake
