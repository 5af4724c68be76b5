// `malin rig`: the simulated world for a person to try things in, until it is told to end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "rig/rig.hpp"

namespace malin::app {

struct RigCommandOptions {
  std::filesystem::path directory;  // Empty: a new folder below /tmp, removed at the end.
  double speed = 1;
  rig::RigPorts ports;
  std::uint16_t api_port = 7425;  // Of the daemon, in the config that is written for it.
  std::string chatterbox = "devnen";
  std::vector<std::string> faults;  // NAME, NAME=AMOUNT or NAME=AMOUNT,TEXT.
  std::uint64_t seed = 1;
  bool list_faults = false;
};

// refused: not of that form.
Result<std::pair<std::string, world::FaultSpec>> parse_fault(const std::string& text);

// What a person needs to go on: where everything is, and what to type next.
std::string format_rig(const rig::Rig& rig, const RigCommandOptions& options, const std::filesystem::path& config);

// Returns the exit code.
int run_rig(RigCommandOptions options);

}  // namespace malin::app
