#include "core/planner.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <tuple>

namespace malin {

std::optional<std::vector<std::string>> plan_eviction(Bytes missing, std::span<const Candidate> candidates) {
  candidates = candidates.first(std::min(candidates.size(), candidates_max));
  using Cost = std::tuple<int, Bytes, int>;  // Impact, VRAM, senses.
  std::optional<Cost> best_cost;
  std::uint32_t best = 0;
  const std::uint32_t sets = 1u << candidates.size();
  for (std::uint32_t set = 0; set < sets; ++set) {
    int impact = 0;
    Bytes freed;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!(set >> i & 1)) continue;
      impact += candidates[i].impact;
      freed += candidates[i].footprint;
    }
    const Cost cost{impact, freed, std::popcount(set)};
    if (freed < missing || (best_cost && *best_cost <= cost)) continue;
    best_cost = cost;
    best = set;
  }
  if (!best_cost) return std::nullopt;
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (best >> i & 1) chosen.push_back(candidates[i].sense);
  return chosen;
}

}  // namespace malin
