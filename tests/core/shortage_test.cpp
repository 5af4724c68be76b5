// Renders that run out of memory: what is learned from it, and what is not.
#include <gtest/gtest.h>

#include "core/fake_expect.hpp"
#include "core/fake_world.hpp"

namespace malin::fake {
namespace {

TEST(Shortage, a_render_out_of_memory_is_tried_again_in_a_larger_window_and_so_are_its_like) {
  World world;
  world.outside.wants["selfie"] = gibibytes(7);
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until_done({id}, 180s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.job(id).attempts, 2);
  EXPECT_EQ(world.ledger.windows.at(1).evicted, std::vector<std::string>{"vision"});
  EXPECT_EQ(world.ledger.windows.at(2).evicted, (std::vector<std::string>{"vision", "voice"}));
  const JobId next = world.submit("selfie");
  EXPECT_TRUE(world.run_until_done({next}, 180s)) << world.log;
  expect_good_end(world, {next});
  EXPECT_EQ(world.job(next).attempts, 1);
}

TEST(Shortage, a_size_that_ran_out_of_memory_waits_while_another_program_holds_what_was_free_then) {
  Config config = home();
  config.kinds[0].may_widen = false;
  World world(config);
  world.outside.wants["selfie"] = gibibytes(7);
  const JobId first = world.submit("selfie");
  EXPECT_TRUE(world.run_until_done({first}, 180s)) << world.log;
  EXPECT_EQ(world.job(first).state, JobState::failed);
  world.outside.others += tenths(5);
  world.run_until([] { return false; }, 20s);
  const JobId id = world.submit("selfie");
  world.run_until([] { return false; }, 120s);
  EXPECT_EQ(world.job(id).state, JobState::queued) << world.job(id).reason;
  world.outside.others -= tenths(5);
  EXPECT_TRUE(world.run_until_done({id}, 180s)) << world.log;
}

TEST(Shortage, a_render_out_of_memory_that_no_window_could_help_fails_and_says_so) {
  Config config = home();
  config.kinds[0].may_widen = false;
  World world(config);
  world.outside.wants["selfie"] = gibibytes(7);
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until_done({id}, 180s)) << world.log;
  expect_good_end(world, {});
  EXPECT_EQ(world.job(id).state, JobState::failed);
  EXPECT_EQ(world.job(id).attempts, 1);
  EXPECT_NE(world.job(id).reason.find("ran out of memory, and there is no more"), std::string::npos)
      << world.job(id).reason;
}

}  // namespace
}  // namespace malin::fake
