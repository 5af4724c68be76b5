// The config file for a running rig: with it the daemon finds every server of the simulated world on the port it got.
// The rig's folder then has all that the file refers to (driver, workflows, token, state), so it needs no environment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/result.hpp"
#include "rig/rig.hpp"

namespace malin::app {

// What comes with the program and a rig needs.
struct RigSupplies {
  std::filesystem::path driver;     // The simulated driver, libnvidia-ml.so.1.
  std::filesystem::path workflows;  // The folder with selfie.json and video.json.
};

// The supplies of the studio that is `program`: in a build folder of the source tree, or installed.
// not_found: they are in neither place; the message names both.
Result<RigSupplies> find_supplies(const std::filesystem::path& program);
// The same for this process.
Result<RigSupplies> find_supplies();

struct RigConfigOptions {
  std::string address = "127.0.0.1";  // Of the rig.
  rig::RigPorts ports;
  rig::ChatterboxFlavour flavour = rig::ChatterboxFlavour::devnen;
  std::string token;      // Of the bot.
  std::int64_t chat = 0;  // Of the person.
  Bytes card_total;
  double speed = 1;  // Waits become shorter by this; limits stay as they are.
  std::uint16_t api_port = 7425;
};

RigConfigOptions rig_config_options(const rig::Rig& rig, const rig::RigOptions& options);

// The text of malin.toml in `folder`, which is absolute.
std::string format_rig_config(const std::filesystem::path& folder, const RigConfigOptions& options);

// Puts malin.toml and what it refers to into `folder` and returns the path of malin.toml.
// refused: something cannot be written.
Result<std::filesystem::path> write_rig_config(const std::filesystem::path& folder, const RigSupplies& supplies,
                                               const RigConfigOptions& options);

}  // namespace malin::app
