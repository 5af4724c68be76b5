// Runs a configured command of the person: `lms server start`, a systemd unit, a script.
#pragma once

#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "ports/task.hpp"

namespace malin {

class Commands {
 public:
  virtual ~Commands() = default;

  // Runs it in a shell until it ends or `limit` passes (then it and its children are killed: timeout).
  // Ok: it exited 0; the text is the end of what it printed. refused: any other exit, with that text.
  virtual Task<Result<std::string>> run(std::string command, Duration limit) = 0;
};

}  // namespace malin
