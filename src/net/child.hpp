// Runs a child process in a session of its own and waits for it without holding up the loop. Always true: when the
// call ends, early or not, the child has been reaped or is being killed; no zombie stays.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "ports/task.hpp"

namespace malin::net {

struct Child {
  std::vector<std::string> arguments;    // The program first; no search in PATH.
  std::vector<std::string> environment;  // "NAME=value".
  std::size_t output_bytes_max = 8 << 10;
  bool may_leave_children = false;  // false: what it started in its group is killed when it ends.
};

struct ChildEnd {
  bool timed_out = false;  // It was killed with its whole process group.
  int exit_code = 0;       // When it ended by itself.
  int signal = 0;          // That ended it, or 0.
  std::string output;      // The end of what it wrote to stdout and stderr.
};

// Of our environment only where the libraries are.
std::vector<std::string> library_environment();

// Waits until the child ends, at most `limit`. Its input is empty, all other descriptors are closed. A grandchild that
// keeps the output open holds nobody up: its output is thrown away from one second after the child's end.
// refused: it cannot be started.
Task<Result<ChildEnd>> run_child(Child child, std::chrono::milliseconds limit);

}  // namespace malin::net
