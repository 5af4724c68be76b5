// The world of a simulation, and the disk on which its daemons write.
#pragma once

#include <filesystem>

#include "sim/plan.hpp"
#include "sim/sim_store.hpp"
#include "world/universe.hpp"

namespace malin::sim {

using world::Comfy;
using world::Context;
using world::Gpu;
using world::Studio;
using world::Voice;

struct Universe : world::Universe {
  explicit Universe(const Plan& plan);
  ~Universe();

  // A person's deed that takes time; nobody waits for it.
  void begin(Task<Result<void>> deed);

  const Plan& plan;
  MemoryDisk disk;
  std::filesystem::path database;  // Empty: memory.
  bool is_disk_full = false;
};

}  // namespace malin::sim
