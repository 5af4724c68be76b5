// Runs the person's configured commands in /bin/sh, each in a session of its own.
// The environment is inherited without Malin's secrets; a server that a command leaves behind goes on living.
#pragma once

#include "ports/commands.hpp"

namespace malin::adapters {

class ShellCommands final : public Commands {
 public:
  Task<Result<std::string>> run(std::string command, Duration limit) override;
};

}  // namespace malin::adapters
