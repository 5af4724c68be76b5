// One life of the daemon: the production controller, executor and observer over the ports of the world, in a context of
// its own. It ends like a process that is killed: every coroutine at once, wherever it stands.
#pragma once

#include <memory>
#include <vector>

#include "control/controller.hpp"
#include "sim/chat_program.hpp"
#include "sim/checker.hpp"
#include "sim/universe.hpp"
#include "world/card_port.hpp"
#include "world/chatterbox_port.hpp"
#include "world/commands_port.hpp"
#include "world/lmstudio_port.hpp"
#include "world/telegram_port.hpp"

namespace malin::sim {

class Daemon {
 public:
  // Reads the ledger and starts the loop. `offset`: of its wall clock from the world's.
  Daemon(Universe& universe, Checker& checker, std::function<world::Mishap(const world::PortCall&)> mishap_of,
         Duration offset, std::uint64_t seed);
  ~Daemon();

  control::Controller& controller() { return *controller_; }
  ChatProgram& chat_program() { return *chat_program_; }
  SimStore& store() { return *store_; }
  const DaemonClock& clock() const { return clock_; }
  Context& context() { return context_; }
  Duration offset() const { return offset_; }

 private:
  world::Wire wire(const std::string& port, bool is_socket = false) {
    return world::Wire(universe_.clock, log_, port, dice_.number(), {.is_socket = is_socket});
  }
  void watch_calls(std::function<world::Mishap(const world::PortCall&)> mishap_of);
  void make_cards();
  void make_engines();
  void make_renderers();
  void make_rest();
  template <class Port>
  void watch_engine(Port& port, const std::string& name);

  Universe& universe_;
  Checker& checker_;
  Duration offset_;
  Dice dice_;
  Context context_;
  DaemonClock clock_;
  world::WireLog log_;
  std::vector<std::unique_ptr<world::CardPort>> cards_;
  std::vector<std::unique_ptr<Engine>> engines_;
  std::vector<std::unique_ptr<world::ComfyUiPort>> renderers_;
  std::unique_ptr<world::TelegramPort> courier_;
  std::unique_ptr<world::InspectorPort> inspector_;
  std::unique_ptr<world::CommandsPort> commands_;
  std::unique_ptr<SimStore> store_;
  std::unique_ptr<control::Outside> outside_;
  std::unique_ptr<control::Controller> controller_;
  std::unique_ptr<ChatProgram> chat_program_;
};

}  // namespace malin::sim
