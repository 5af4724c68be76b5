// Renders that run out of memory: what is learned from it, and what is not.
#include <gtest/gtest.h>

#include "core/fake_expect.hpp"
#include "core/fake_world.hpp"

namespace malin::fake {
namespace {

// Its first selfie runs out of memory, and no other window may be opened for it.
struct NoMoreRoom : testing::Test {
  NoMoreRoom() {
    world.outside.wants["selfie"] = gibibytes(7);
    first = world.submit("selfie");
    EXPECT_TRUE(world.run_until_done({first}, 180s)) << world.log;
  }
  static Config config() {
    Config config = home();
    config.kinds[0].may_widen = false;
    return config;
  }
  World world{config()};
  JobId first;
};

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

TEST_F(NoMoreRoom, a_size_waits_while_another_program_holds_what_was_free_when_it_ran_out_of_memory) {
  EXPECT_EQ(world.job(first).state, JobState::failed);
  world.outside.others += tenths(5);
  world.run_until([] { return false; }, 20s);
  const JobId id = world.submit("selfie");
  world.run_until([] { return false; }, 120s);
  EXPECT_EQ(world.job(id).state, JobState::queued) << world.job(id).reason;
  world.outside.others -= tenths(5);
  EXPECT_TRUE(world.run_until_done({id}, 180s)) << world.log;
}

TEST_F(NoMoreRoom, a_size_does_not_wait_for_ever_for_another_program) {
  world.outside.others += tenths(5);
  world.run_until([] { return false; }, 20s);
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until_done({id}, 3h)) << world.log;
  EXPECT_EQ(world.job(id).state, JobState::failed);
}

TEST_F(NoMoreRoom, a_render_out_of_memory_fails_and_says_so) {
  expect_good_end(world, {});
  EXPECT_EQ(world.job(first).state, JobState::failed);
  EXPECT_EQ(world.job(first).attempts, 1);
  EXPECT_NE(world.job(first).reason.find("the like of it wanted more than there is"), std::string::npos)
      << world.job(first).reason;
}

}  // namespace
}  // namespace malin::fake
