// Names for renders: a fresh prompt id and seed for each attempt, computed rather than drawn, so that a decision made
// twice is the same decision.
#pragma once

#include <cstdint>
#include <string>

#include "core/ledger.hpp"

namespace malin {

// A lowercase version 4 UUID (RFC 9562) of (job, attempt, moment).
std::string make_prompt_id(const Job& job, TimePoint moment);

// 48 bits: exact in every JSON reader.
std::uint64_t make_seed(const Job& job, TimePoint moment);

}  // namespace malin
