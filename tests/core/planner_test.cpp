#include "core/planner.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace malin {
namespace {

using Names = std::vector<std::string>;

Candidate candidate(std::string name, std::int64_t footprint, int impact) {
  return {std::move(name), gibibytes(footprint), impact};
}

struct Cost {
  int impact = 0;
  Bytes freed;
  std::size_t senses = 0;

  auto operator<=>(const Cost&) const = default;
};

Cost cost_of(const Names& names, const std::vector<Candidate>& candidates) {
  Cost cost;
  for (const Candidate& one : candidates) {
    if (std::ranges::find(names, one.sense) == names.end()) continue;
    cost.impact += one.impact;
    cost.freed += one.footprint;
    ++cost.senses;
  }
  return cost;
}

// By recursion over the candidates, sharing nothing with the planner.
std::optional<Cost> cheapest(Bytes missing, const std::vector<Candidate>& candidates, std::size_t from, Cost so_far) {
  if (from == candidates.size()) return so_far.freed >= missing ? std::optional(so_far) : std::nullopt;
  const auto without = cheapest(missing, candidates, from + 1, so_far);
  so_far.impact += candidates[from].impact;
  so_far.freed += candidates[from].footprint;
  ++so_far.senses;
  const auto with = cheapest(missing, candidates, from + 1, so_far);
  if (!without || !with) return without ? without : with;
  return std::min(*without, *with);
}

TEST(Planner, it_is_as_good_as_trying_everything) {
  std::uint32_t random = 7;
  const auto next = [&random](int below) {
    random = random * 1664525 + 1013904223;
    return static_cast<int>(random >> 16) % below;
  };
  for (int round = 0; round < 3000; ++round) {
    std::vector<Candidate> candidates;
    for (int i = next(7); i > 0; --i) candidates.push_back(candidate("s" + std::to_string(i), next(8), 1 + next(5)));
    const Bytes missing = gibibytes(next(24));
    const auto plan = plan_eviction(missing, candidates);
    const auto best = cheapest(missing, candidates, 0, {});
    ASSERT_EQ(plan.has_value(), best.has_value());
    ASSERT_TRUE(!plan || cost_of(*plan, candidates) == *best);
  }
}

TEST(Planner, nothing_missing_sends_nobody_away) {
  const std::vector candidates{candidate("a", 5, 1)};
  EXPECT_EQ(plan_eviction(Bytes{}, candidates), Names{});
  EXPECT_EQ(plan_eviction(Bytes{-5}, candidates), Names{});
  EXPECT_EQ(plan_eviction(Bytes{}, {}), Names{});
}

TEST(Planner, what_cannot_be_covered_is_not_planned) {
  const std::vector candidates{candidate("a", 5, 1), candidate("b", 5, 1)};
  EXPECT_EQ(plan_eviction(gibibytes(11), candidates), std::nullopt);
  EXPECT_EQ(plan_eviction(gibibytes(1), {}), std::nullopt);
}

TEST(Planner, ties_go_to_less_memory_then_fewer_senses_then_the_earlier) {
  EXPECT_EQ(plan_eviction(gibibytes(4), std::vector{candidate("big", 9, 2), candidate("small", 5, 2)}), Names{"small"});
  EXPECT_EQ(
      plan_eviction(gibibytes(6), std::vector{candidate("a", 3, 1), candidate("b", 3, 1), candidate("one", 6, 2)}),
      Names{"one"});
  EXPECT_EQ(plan_eviction(gibibytes(4), std::vector{candidate("first", 5, 2), candidate("second", 5, 2)}),
            Names{"first"});
}

TEST(Planner, two_small_losses_may_be_less_than_a_great_one) {
  const std::vector candidates{candidate("brain", 19, 10), candidate("vision", 6, 3), candidate("voice", 5, 5)};
  EXPECT_EQ(plan_eviction(gibibytes(11), candidates), (Names{"vision", "voice"}));
  EXPECT_EQ(plan_eviction(gibibytes(12), candidates), Names{"brain"});
}

TEST(Planner, more_candidates_than_it_takes_do_no_harm) {
  std::vector<Candidate> many;
  for (int i = 0; i < 24; ++i) many.push_back(candidate("s" + std::to_string(i), 1, 1));
  EXPECT_EQ(plan_eviction(gibibytes(1), many), Names{"s0"});
}

}  // namespace
}  // namespace malin
