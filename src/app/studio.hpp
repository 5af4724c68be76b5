// malin-studio: a program of its own for all that draws, encodes and decodes pictures, which are the rig, the demo and
// the look at finished media. Its libraries are larger than the daemon, which needs none of them.
#pragma once

#include <filesystem>
#include <functional>

#include "app/studio/demo.hpp"
#include "app/studio/rig_command.hpp"
#include "core/result.hpp"
#include "ports/task.hpp"

namespace malin::app {

// Where the file of this process lies. not_found: the system does not tell.
Result<std::filesystem::path> this_program();

// Where it lies for the `program` that asks: beside it, or installed.
// not_found: in neither place; the message names both.
Result<std::filesystem::path> find_studio(const std::filesystem::path& program);
// The same for this process.
Result<std::filesystem::path> find_studio();

// Starts it once. not_found: as above. refused: it does not run here, or is of another version than this program.
Task<Result<void>> probe_studio();

// This process becomes the studio, with the same arguments. Returns an exit code only if that fails.
int become_studio(char** argv);

// The subcommands that are at home in the studio.
struct StudioCommands {
  std::function<int(const DemoOptions&)> demo{};
  std::function<int(const RigCommandOptions&)> rig{};
};

}  // namespace malin::app
