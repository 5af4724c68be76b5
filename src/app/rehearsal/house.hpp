// The person's own machine, made up of what the config says of it: every card, engine, sense and renderer, with sizes
// from the config and times from `Timings`.
#pragma once

#include <map>
#include <set>
#include <string>

#include "app/rehearsal/timings.hpp"
#include "core/result.hpp"
#include "world/universe.hpp"

namespace malin::app::rehearsal {

struct HouseFacts {
  std::map<std::string, Bytes> totals;  // Of the cards, by name.
  std::set<std::string> chatterboxes;   // The engines that are Chatterbox; every other lists what it holds.
};

// What a renderer's process holds before it has loaded anything, where there is room for so much.
inline constexpr Bytes assumed_context = mebibytes(843);

// The plan's config is the person's without a courier: what is made stays in the spool. refused: the senses do not fit
// on their card, or one engine has senses on two cards, which the simulated world does not have.
Result<world::UniversePlan> plan_house(const Config& config, const HouseFacts& facts, const Timings& timings);

}  // namespace malin::app::rehearsal
