// The daemon is killed at every step of a selfie and a video, and goes on from its ledger.
#include <gtest/gtest.h>

#include "core/fake_expect.hpp"

namespace malin::fake {
namespace {

struct Killed : testing::TestWithParam<bool> {};  // Whether what it had started still arrives outside.

// Runs a selfie and a video, killed after so many steps and, if `again` is not 0, once more after so many others.
// Whether there was still something to interrupt.
bool run_killed_after(int steps, int again, bool arrives) {
  World world;
  const std::vector<JobId> jobs{world.submit("selfie"), world.submit("video")};
  bool is_over = false;
  for (const int part : {steps, again}) {
    if (part == 0) continue;
    for (int i = 0; i < part; ++i) world.step();
    is_over = world.job(jobs[0]).state == JobState::delivered && world.job(jobs[1]).state == JobState::delivered &&
              world.window() == nullptr;
    world.crash(arrives);
  }
  EXPECT_TRUE(world.run_until_rest(400s)) << world.log;
  expect_good_end(world, jobs);
  EXPECT_EQ(world.outside.runs, 2) << "a render was repeated or lost\n" << world.log;
  EXPECT_EQ(world.outside.loads, world.outside.unloads);
  for (const auto& [id, window] : world.ledger.windows) EXPECT_EQ(window.restored_exactly, true) << world.log;
  return !is_over;
}

TEST_P(Killed, at_every_step_it_ends_as_if_nothing_had_happened) {
  int steps = 1;
  while (run_killed_after(steps, 0, GetParam()) && !HasFailure()) ++steps;
  if (HasFailure()) std::printf("killed after %d steps\n", steps);
  EXPECT_GT(steps, 100);
}

TEST_P(Killed, twice_it_ends_well_too) {
  for (int first = 1; first < 220; first += 7)
    for (int second = 1; second < 30 && !HasFailure(); second += 3) {
      run_killed_after(first, second, GetParam());
      if (HasFailure()) std::printf("killed after %d and %d steps\n", first, second);
    }
}

INSTANTIATE_TEST_SUITE_P(WhatWasStarted, Killed, testing::Bool(),
                         [](const auto& one) { return one.param ? "arrives" : "is_lost"; });

}  // namespace
}  // namespace malin::fake
