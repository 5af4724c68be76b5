// Chooses whom to send away. Sets grow a candidate at a time; only those are followed that no cheaper one replaces and
// that can still become the best, as the relaxation shows in which candidates may leave in part.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.hpp"

namespace malin {

struct Candidate {
  std::string sense;
  Bytes footprint;
  std::int64_t impact = 1;
};

// The set with the smallest sum of impact whose footprints sum to at least `missing`; ties go to less VRAM, then fewer
// senses, then the earlier ones in `candidates`. Empty when nothing is missing. nullopt: all of them would not be
// enough. Names come in the order of `candidates`.
//
// The problem is NP-hard, so the work is limited. The answer is exact for up to 12 candidates, and for more while no
// more than 32,768 / candidates sets have to be followed at a time, as is so unless dozens have nearly the same impact
// for each byte. Beyond, the ties may go to another set first; then the impact may be a little above the least. The
// room is always made.
std::optional<std::vector<std::string>> plan_eviction(Bytes missing, std::span<const Candidate> candidates);

}  // namespace malin
