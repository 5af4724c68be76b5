// Chooses whom to send away. Exact: all sets are looked at, so the answer is the least missed that makes the room.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.hpp"

namespace malin {

struct Candidate {
  std::string sense;
  Bytes footprint;
  int impact = 1;
};

constexpr std::size_t candidates_max = 20;

// The set with the smallest sum of impact whose footprints sum to at least `missing`; ties go to less VRAM, then fewer
// senses, then the earlier ones in `candidates`. Empty when nothing is missing. nullopt: all of them would not be
// enough. Names come in the order of `candidates`. At most `candidates_max` candidates.
std::optional<std::vector<std::string>> plan_eviction(Bytes missing, std::span<const Candidate> candidates);

}  // namespace malin
