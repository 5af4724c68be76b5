// The person's commands in the world: a name for each thing that a start or restart command does there.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "ports/commands.hpp"
#include "world/wire.hpp"

namespace malin::world {

class CommandsPort final : public Commands {
 public:
  // `deeds`: by the text of the command; refused: why it failed. All references outlive the port.
  CommandsPort(std::map<std::string, std::function<Result<void>()>> deeds, Wire wire, Duration takes)
      : deeds_(std::move(deeds)), wire_(std::move(wire)), takes_(takes) {}

  Task<Result<std::string>> run(std::string command, Duration limit) override {
    return wire_.carry("run", command, limit, perform(command));
  }

 private:
  Task<Result<std::string>> perform(std::string command) {
    co_await wire_.clock().sleep_until(wire_.clock().now() + takes_);
    const auto found = deeds_.find(command);
    if (found == deeds_.end()) co_return fail(Errc::refused, command + ": command not found");
    const Result<void> done = found->second();
    if (!done) co_return std::unexpected(done.error());
    co_return command + ": done";
  }

  std::map<std::string, std::function<Result<void>()>> deeds_;
  Wire wire_;
  Duration takes_;
};

}  // namespace malin::world
