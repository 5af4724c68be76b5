// What `malin` understands when it is started: its subcommands, their options, and their exit codes.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "app/command.hpp"
#include "app/studio.hpp"

namespace malin::app {

// The arguments ask for no work: a wrong line, or --help and --version.
struct NoWork {
  int exit_code = 0;
  std::string text;  // For stdout with exit code 0, else for stderr.
};

// What the line asks for. `arguments`: without the program's own name.
std::expected<Command, NoWork> parse_command_line(std::vector<std::string> arguments, const StudioCommands& studio);

// All of `main`. Returns the exit code.
int run_command_line(int argc, char** argv, const StudioCommands& studio);

}  // namespace malin::app
