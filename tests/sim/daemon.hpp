// One life of the daemon: the production controller, executor and observer over the ports of the world, in a context of
// its own. It ends like a process that is killed: every coroutine at once, wherever it stands.
#pragma once

#include <memory>

#include "control/controller.hpp"
#include "sim/chat_program.hpp"
#include "sim/checker.hpp"
#include "sim/daemon_clock.hpp"
#include "sim/universe.hpp"
#include "world/ports.hpp"

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
  void watch_calls(std::function<world::Mishap(const world::PortCall&)> mishap_of);
  void watch_ports();
  void make_outside();
  template <class Port>
  void watch_engine(Port& port, const std::string& name);

  Universe& universe_;
  Checker& checker_;
  Duration offset_;
  Dice dice_;
  Context context_;
  DaemonClock clock_;
  world::WireLog log_;
  std::unique_ptr<world::Ports> ports_;
  std::unique_ptr<SimStore> store_;
  std::unique_ptr<control::Outside> outside_;
  std::unique_ptr<control::Controller> controller_;
  std::unique_ptr<ChatProgram> chat_program_;
};

}  // namespace malin::sim
