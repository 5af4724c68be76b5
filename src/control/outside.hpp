// Everything outside that the loop works with, by the names of the config. Whoever makes it owns it, and it outlives
// the loop.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "ports/card.hpp"
#include "ports/clock.hpp"
#include "ports/commands.hpp"
#include "ports/courier.hpp"
#include "ports/engine.hpp"
#include "ports/inspector.hpp"
#include "ports/renderer.hpp"
#include "ports/store.hpp"

namespace malin::control {

// The shell commands of an engine or a renderer; empty: there is none.
struct ServerCommands {
  std::string start;
  std::string restart;
  Duration limit{};
};

struct Outside {
  Clock& clock;
  Store& store;
  Inspector& inspector;
  Commands& commands;
  Courier* courier = nullptr;  // Null exactly when the config names none.
  // REQUIRES: one for every name in the config.
  std::map<std::string, Card*> cards{};
  std::map<std::string, Engine*> engines{};
  std::map<std::string, Renderer*> renderers{};
  std::map<std::string, ServerCommands> servers{};  // Of engines and renderers alike.
  std::filesystem::path spool{};                    // Where finished media is kept; exists.
};

}  // namespace malin::control
