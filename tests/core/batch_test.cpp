// Many renders in one window: which goes next, and which is left for another.
#include <gtest/gtest.h>

#include "core/fake_expect.hpp"

namespace malin::fake {
namespace {

TEST(Batch, the_neediest_are_rendered_first_so_that_the_brain_is_back_for_the_rest) {
  Config config = home();
  config.kinds[1].evict = std::vector<std::string>{"brain", "vision"};
  World world(config);
  const JobId film = world.submit("video");
  const JobId photo = world.submit("selfie");
  const JobId second_film = world.submit("video");
  const JobId second_photo = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.job(photo).state == JobState::rendering; }, 120s)) << world.log;
  EXPECT_EQ(world.state("brain"), SenseState::ready);
  EXPECT_TRUE(world.run_until_rest(180s)) << world.log;
  expect_good_end(world, {film, photo, second_film, second_photo});
  EXPECT_EQ(world.ledger.windows.at(1).jobs, (std::vector<JobId>{film, second_film, photo, second_photo}));
  EXPECT_EQ(world.ledger.windows.size(), 1u);
  EXPECT_EQ(world.outside.unloads, 2);
}

TEST(Batch, in_a_window_too_the_more_urgent_goes_first_however_little_it_needs) {
  Config config = home();
  config.kinds[1].evict = std::vector<std::string>{"brain", "vision"};
  World world(config);
  const JobId film = world.submit("video");
  EXPECT_TRUE(world.run_until([&] { return world.job(film).state == JobState::rendering; }, 60s)) << world.log;
  const JobId second_film = world.submit("video");
  const JobId photo = world.submit("selfie");
  world.ledger.jobs.at(photo).priority = 1;
  EXPECT_TRUE(world.run_until_rest(180s)) << world.log;
  expect_good_end(world, {film, second_film, photo});
  EXPECT_EQ(world.ledger.windows.at(1).jobs, (std::vector<JobId>{film, photo, second_film}));
  EXPECT_EQ(world.outside.unloads, 2) << "nobody went twice";
}

// Selfies that took so long before.
void remember_renders(World& world, Duration length) {
  for (int i = 1; i <= 5; ++i) {
    Job& job = world.ledger.jobs["old " + std::to_string(i)];
    job = {.id = "old " + std::to_string(i), .kind = "selfie", .state = JobState::delivered};
    job.attempt_at = start - 3600s;
    job.rendered_at = start - 3600s + length;
  }
}

TEST(Batch, a_render_that_would_be_cut_off_is_left_for_the_next_window) {
  for (const auto& [usual, windows] : {std::pair{30s, 1u}, std::pair{90s, 2u}}) {
    World world;
    remember_renders(world, usual);
    const std::vector<JobId> jobs{world.submit("selfie"), world.submit("selfie")};
    EXPECT_TRUE(world.run_until_done(jobs, 300s)) << world.log;
    EXPECT_TRUE(world.run_until_rest(60s)) << world.log;
    expect_good_end(world, jobs);
    EXPECT_EQ(world.ledger.windows.size(), windows) << world.log;
  }
}

TEST(Batch, what_a_window_is_for_is_tried_however_long_it_may_take) {
  World world;
  remember_renders(world, 500s);
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until_rest(120s)) << world.log;
  expect_good_end(world, {id});
}

}  // namespace
}  // namespace malin::fake
