// Everything outside, as the controller knows it. All of it outlives the controller.
#pragma once

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

// The person's own commands for one server; empty where none is configured.
struct ServerCommands {
  std::string start;
  std::string restart;
  std::string stop;
  Duration limit{};
};

struct Ports {
  Clock& clock;
  Store& store;
  Commands& commands;
  Inspector& inspector;
  Courier* courier = nullptr;  // Empty: nobody is told.
  std::map<std::string, Card*> cards;
  std::map<std::string, Engine*> engines;
  std::map<std::string, Renderer*> renderers;
  std::map<std::string, ServerCommands> servers;
  std::string spool;  // Absolute folder for media, mode 0700.
};

}  // namespace malin::control
