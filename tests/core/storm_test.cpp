// Everything at once, by a seeded dice: whatever happened, once it stops everyone is back and no job is lost.
#include <gtest/gtest.h>

#include "core/fake_expect.hpp"

namespace malin::fake {
namespace {

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : state_(seed * 2654435761u + 1) {}
  int roll(int sides) {
    state_ = state_ * 1664525 + 1013904223;
    return static_cast<int>((state_ >> 16) % static_cast<std::uint32_t>(sides));
  }

 private:
  std::uint32_t state_;
};

const std::vector<std::string> deeds{"load brain",
                                     "load vision",
                                     "load voice",
                                     "probe sense brain",
                                     "probe sense vision",
                                     "release comfyui",
                                     "render",
                                     "unload lmstudio brain",
                                     "unload lmstudio vision",
                                     "collect j-1",
                                     "send 1",
                                     "send 2"};

// The card is never over-committed by an intruder: a program takes only what is free, beyond what is on its way.
void let_something_happen(World& world, Dice& dice, std::vector<JobId>& jobs) {
  switch (dice.roll(14)) {
    case 0:
    case 1:
      if (jobs.size() < 5) jobs.push_back(world.submit(dice.roll(2) == 0 ? "selfie" : "video"));
      return;
    case 2:
      return world.outside.kill_engine(world.now);
    case 3:
      return world.outside.kill_renderer();
    case 4:
      world.outside.is_card_lost = !world.outside.is_card_lost;
      return;
    case 5:
      return world.crash(dice.roll(2) == 0);
    case 6:
      return world.begin_turn(Duration{dice.roll(20'000)});
    case 7:
      if (const auto changes = abort_swap(world.config, world.ledger, world.now)) world.commit(*changes);
      return;
    case 8:
      return world.commit(set_swap(world.ledger, dice.roll(2) == 0, world.now));
    case 9:
      if (!jobs.empty() && dice.roll(3) == 0)
        if (const auto changes = cancel_job(world.ledger, jobs.back(), world.now)) world.commit(*changes);
      return;
    case 10:
      world.outside.lose_answers = !world.outside.lose_answers;
      return;
    case 11:
      world.outside.is_release_deaf = dice.roll(3) == 0;
      return;
    default:
      const std::string& deed = deeds[static_cast<std::size_t>(dice.roll(static_cast<int>(deeds.size())))];
      world.outside.failures_left[deed] = dice.roll(4);
      world.outside.failure_code[deed] = static_cast<Errc>(dice.roll(5));
      return;
  }
}

void calm(World& world) {
  world.outside.is_engine_down = world.outside.is_renderer_down = world.outside.is_card_lost = false;
  world.outside.is_release_deaf = world.outside.lose_answers = false;
  world.outside.failures_left.clear();
  world.commit(set_swap(world.ledger, true, world.now));
  world.end_turns();
}

TEST(Storm, after_it_everyone_is_back_and_no_job_is_lost) {
  for (std::uint32_t seed = 1; seed <= 150 && !testing::Test::HasFailure(); ++seed) {
    World world;
    Dice dice(seed);
    std::vector<JobId> jobs{world.submit("selfie")};
    for (int i = 0; i < 40; ++i) {
      for (int steps = dice.roll(40); steps > 0; --steps) world.step();
      let_something_happen(world, dice, jobs);
    }
    calm(world);
    EXPECT_TRUE(world.run_until_done(jobs, 2h)) << "seed " << seed << "\n" << world.log;
    for (const JobId& id : jobs) EXPECT_TRUE(is_over(world.job(id).state)) << "seed " << seed << " " << id;
    expect_good_end(world, {});
    if (testing::Test::HasFailure()) std::printf("seed %u\n%s", seed, world.log.c_str());
  }
}

}  // namespace
}  // namespace malin::fake
