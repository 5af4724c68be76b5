// Everything that one seed decides before the simulation begins: the rig, the config, and how rough it will be.
#pragma once

#include "world/dice.hpp"
#include "world/universe.hpp"

namespace malin::sim {

using world::CardPlan;
using world::ComfyPlan;
using world::Dice;
using world::StudioPlan;
using world::VoicePlan;

// Mean pauses between what goes wrong and what people do; zero: never.
struct Roughness {
  Duration fault{};
  Duration click{};
  Duration crash{};
  Duration chat{};
  Duration job{};
  double mishap = 0;         // Of a call on any wire.
  bool clock_jumps = false;  // At restarts.
  bool gets_hard = true;     // Servers die, the disk fills up, the card falls off the bus.
};

struct Plan : world::UniversePlan {
  std::uint64_t seed = 0;
  Roughness rough;
  Duration trouble_time{};  // Of the first phase, in which things go wrong.
  Duration turn_expiry{30'000};
  Duration write_time{2};
  bool sqlite = false;
  int jobs_max = 40;
};

// What the simulator draws for a seed.
Plan draw_plan(std::uint64_t seed);
// The rig that every document talks of: one card of 32 GiB filled to its last half, brain, vision and voice, selfies
// that need 6 GiB and videos that need 14. Nothing goes wrong and nobody is there: for scenarios.
Plan plain_plan();

}  // namespace malin::sim
