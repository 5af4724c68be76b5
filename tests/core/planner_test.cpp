#include "core/planner.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include <gtest/gtest.h>

namespace malin {
namespace {

using Names = std::vector<std::string>;

Candidate candidate(std::string name, std::int64_t footprint, int impact) {
  return {std::move(name), gibibytes(footprint), impact};
}

// Chance that is the same in every run.
struct Dice {
  std::uint64_t state = 7;

  std::int64_t below(std::int64_t n) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::int64_t>(state >> 33) % n;
  }
  int impact(int most) { return 1 + static_cast<int>(below(most)); }
  // Random to the byte: at least 1 GiB, below 21.
  Bytes size() { return {gibibytes(1).count + below(20 << 10) * (1 << 20) + below(1 << 20)}; }
};

// By looking at every set, those with earlier candidates first; shares nothing with the planner.
std::optional<Names> best_of_all(Bytes missing, const std::vector<Candidate>& candidates) {
  using Cost = std::tuple<int, Bytes, int>;
  std::optional<Cost> least;
  std::uint32_t best = 0;
  for (std::uint32_t set = 0; set < 1u << candidates.size(); ++set) {
    int impact = 0;
    Bytes freed;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!(set >> i & 1)) continue;
      impact += candidates[i].impact;
      freed += candidates[i].footprint;
    }
    const Cost cost{impact, freed, std::popcount(set)};
    if (freed < missing || (least && *least <= cost)) continue;
    least = cost;
    best = set;
  }
  if (!least) return std::nullopt;
  Names names;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (best >> i & 1) names.push_back(candidates[i].sense);
  return names;
}

struct Sum {
  int impact = 0;
  Bytes freed;
};
Sum sum_of(const Names& names, const std::vector<Candidate>& candidates) {
  Sum sum;
  for (const std::string& name : names) {
    const Candidate& one = *std::ranges::find(candidates, name, &Candidate::sense);
    sum.impact += one.impact;
    sum.freed += one.footprint;
  }
  return sum;
}

// The least impact that frees enough, by a table of what each impact frees at most.
int least_impact(Bytes missing, const std::vector<Candidate>& candidates) {
  std::vector<Bytes> most{Bytes{}};
  for (const Candidate& one : candidates) {
    std::vector<Bytes> next = most;
    next.resize(most.size() + static_cast<std::size_t>(one.impact), Bytes{-1});
    for (std::size_t impact = 0; impact < most.size(); ++impact) {
      Bytes& grown = next[impact + static_cast<std::size_t>(one.impact)];
      if (most[impact] >= Bytes{}) grown = std::max(grown, most[impact] + one.footprint);
    }
    most = std::move(next);
  }
  const auto enough = std::ranges::find_if(most, [&](Bytes freed) { return freed >= missing; });
  return static_cast<int>(enough - most.begin());
}

// All ways in which candidates may look alike, so that many sets are about as good as each other.
std::vector<Candidate> nasty(Dice& dice, int kind, int count) {
  std::vector<Candidate> candidates;
  for (int i = 0; i < count; ++i) {
    const int k = dice.impact(20);
    const Candidate shapes[] = {
        {"", gibibytes(dice.below(8)), dice.impact(5)},              // Some take nothing.
        {"", dice.size(), dice.impact(10)},                          // Nothing is like another.
        {"", dice.size(), 3},                                        // Equal impact.
        {"", gibibytes(5), 3},                                       // All equal.
        {"", {gibibytes(5).count + dice.below(9)}, dice.impact(2)},  // Nearly equal footprints.
        {"", gibibytes(k), k},                                       // Equal ratios.
        {"", gibibytes(2 * k), 2 * k},                               // The same, and nothing odd fits.
        {"", gibibytes(k), k + 3},                                   // The small are dearer by a little.
        {"", {gibibytes(k).count + dice.below(1 << 20)}, k},         // Nearly equal ratios.
    };
    candidates.push_back(shapes[kind]);
    candidates.back().sense = "s" + std::to_string(i);
  }
  return candidates;
}
constexpr int nasty_kinds = 9;

Bytes part_of(const std::vector<Candidate>& candidates, std::int64_t percent) {
  Bytes all;
  for (const Candidate& one : candidates) all += one.footprint;
  return {all.count / 100 * percent + 1};
}

TEST(Planner, it_chooses_what_trying_everything_chooses) {
  Dice dice;
  for (int round = 0; round < 4500; ++round) {
    const auto candidates = nasty(dice, round % nasty_kinds, static_cast<int>(dice.below(9)));
    const Bytes missing = part_of(candidates, dice.below(110));
    ASSERT_EQ(plan_eviction(missing, candidates), best_of_all(missing, candidates)) << round;
  }
}

TEST(Planner, sixty_four_on_one_card_are_planned_with_the_least_impact) {
  Dice dice;
  for (int kind = 0; kind < nasty_kinds; ++kind) {
    const auto candidates = nasty(dice, kind, 64);
    for (const std::int64_t percent : {1, 13, 50, 87, 99}) {
      const Bytes missing = part_of(candidates, percent);
      const auto plan = plan_eviction(missing, candidates);
      ASSERT_TRUE(plan);
      const Sum sum = sum_of(*plan, candidates);
      EXPECT_GE(sum.freed, missing);
      EXPECT_EQ(sum.impact, least_impact(missing, candidates)) << kind << ", " << percent << " %";
    }
  }
}

TEST(Planner, of_sixty_four_alike_the_earlier_go) {
  Dice dice;
  Names first;
  for (int i = 0; i < 32; ++i) first.push_back("s" + std::to_string(i));
  EXPECT_EQ(plan_eviction(gibibytes(5 * 32 - 1), nasty(dice, 3, 64)), first);
}

TEST(Planner, what_cannot_be_followed_to_the_byte_still_makes_the_room_for_almost_the_least) {
  Dice dice;
  std::vector<Candidate> candidates;
  for (int i = 0; i < 64; ++i) {
    const int impact = dice.impact(1000);
    candidates.push_back({"s" + std::to_string(i), {mebibytes(32 * impact).count + dice.below(1 << 20)}, impact});
  }
  const Bytes missing = part_of(candidates, 50);
  const auto plan = plan_eviction(missing, candidates);
  ASSERT_TRUE(plan);
  const Sum sum = sum_of(*plan, candidates);
  EXPECT_GE(sum.freed, missing);
  EXPECT_LE(sum.impact, least_impact(missing, candidates) * 101 / 100);
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

TEST(Planner, more_than_sixty_four_are_planned_as_well) {
  std::vector<Candidate> many;
  for (int i = 0; i < 200; ++i) many.push_back(candidate("s" + std::to_string(i), 1, 1));
  EXPECT_EQ(plan_eviction(gibibytes(2), many), (Names{"s0", "s1"}));
  EXPECT_EQ(plan_eviction(gibibytes(200), many)->size(), 200u);
}

}  // namespace
}  // namespace malin
