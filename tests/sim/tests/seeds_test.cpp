// The seeds that once found something, and new ones of which all must be well.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/nth.hpp"
#include "sim/simulation.hpp"

namespace malin::sim {
namespace {

// "SEED what it found", one a line.
std::vector<std::uint64_t> fixed_seeds() {
  std::ifstream file(MALIN_SIM_SEEDS);
  std::vector<std::uint64_t> seeds;
  for (std::string line; std::getline(file, line);) {
    std::uint64_t seed = 0;
    if (std::istringstream(line) >> seed) seeds.push_back(seed);
  }
  return seeds;
}

void expect_well(std::uint64_t seed) {
  Simulation simulation(draw_plan(seed));
  const Outcome outcome = simulation.run();
  if (!outcome.violation) return;
  ADD_FAILURE() << "seed " << seed << ": invariant " << outcome.violation->invariant << " ("
                << name_of_invariant(outcome.violation->invariant) << "): " << outcome.violation->what << "\n"
                << outcome.story << "replay: sim --seed " << seed << " --trace";
}

TEST(Seeds, those_that_once_found_something) {
  const std::vector<std::uint64_t> seeds = fixed_seeds();
  EXPECT_GE(seeds.size(), 10u);
  for (const std::uint64_t seed : seeds) expect_well(seed);
}

// Six tests, so that they run side by side.
struct NewSeeds : testing::TestWithParam<int> {};

TEST_P(NewSeeds, ten) {
  for (std::uint64_t i = 0; i < 10; ++i) expect_well(1'000'000 + static_cast<std::uint64_t>(GetParam()) * 10 + i);
}

INSTANTIATE_TEST_SUITE_P(Sixth, NewSeeds, testing::Range(0, 6));

TEST(Seeds, the_same_seed_tells_the_same_story) {
  const auto story = [](std::uint64_t seed) {
    Simulation simulation(draw_plan(seed));
    std::string text;
    simulation.journal().on_line = [&text](const std::string& line) { text += line + '\n'; };
    const Outcome outcome = simulation.run();
    return text + std::to_string(outcome.steps);
  };
  for (const std::uint64_t seed : {3, 7, 12}) EXPECT_EQ(story(seed), story(seed)) << seed;
}

void expect_none(const NthReport& report) {
  EXPECT_GT(report.runs, 20);
  for (const std::string& failure : report.failures) ADD_FAILURE() << failure;
}

// Every call that does something, and every hundredth that only looks; `sim --nth` tries them all.
TEST(Nth, every_call_may_fail_in_six_ways) { expect_none(fail_every_call(100)); }
TEST(Nth, the_daemon_may_be_killed_at_every_call) { expect_none(kill_at_every_call(100)); }
TEST(Nth, every_commit_may_find_a_full_disk) { expect_none(fail_every_commit()); }

}  // namespace
}  // namespace malin::sim
