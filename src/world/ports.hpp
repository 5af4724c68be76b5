// Every port to a universe, as one daemon holds them, by the names of the config.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "world/card_port.hpp"
#include "world/chatterbox_port.hpp"
#include "world/commands_port.hpp"
#include "world/lmstudio_port.hpp"
#include "world/spool_port.hpp"
#include "world/telegram_port.hpp"
#include "world/universe.hpp"

namespace malin::world {

struct Ports {
  // `draw`: a seed for each wire. All references outlive the ports.
  Ports(Universe& universe, const Config& config, WireLog& log, const std::function<std::uint64_t()>& draw);

  std::map<std::string, Card*> cards_by_name() const;
  std::map<std::string, Engine*> engines_by_name() const;
  std::map<std::string, Renderer*> renderers_by_name() const;

  InspectorPort inspector;
  CommandsPort commands;                  // "start NAME" and "restart NAME" of every server.
  std::unique_ptr<TelegramPort> courier;  // Null exactly when the config names none.
  // Each in the order of the universe's.
  std::vector<std::unique_ptr<CardPort>> cards;
  std::vector<std::unique_ptr<LmStudioPort>> studios;
  std::vector<std::unique_ptr<ChatterboxPort>> voices;
  std::vector<std::unique_ptr<ComfyUiPort>> comfyuis;

 private:
  const Universe& universe_;
};

}  // namespace malin::world
