// One subcommand at work, and what it says with its end.
#pragma once

#include <functional>

namespace malin::app {

// What a process says with its end.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,     // Understood, and it did not work.
  exit_wrong = 2,      // The command line or the config is wrong: do not repeat unchanged.
  exit_no_daemon = 3,  // The daemon cannot be reached.
};

// Does the work of one subcommand and returns its exit code.
using Command = std::function<int()>;

}  // namespace malin::app
