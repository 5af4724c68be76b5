// The simulated LM Studio over its own protocols, all on one port: the SDK's WebSockets, REST v1 and v0, and the OpenAI
// dialect. Start, kill and revive are those of its process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "rig/lmstudio_backend.hpp"
#include "world/lmstudio.hpp"

namespace malin::rig {

class LmStudioFace {
 public:
  // Clock, card and faults outlive the face. Models without a default config get the usual one.
  LmStudioFace(boost::asio::any_io_executor executor, Clock& clock, world::CardLedger& card, world::Faults& faults,
               world::LmStudioOptions world = {}, LmStudioFaceOptions options = {});
  ~LmStudioFace();

  // Port 0 takes a free one; returns the port. refused: the address is taken.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void stop();

  // Time passes. An engine that has died by itself takes its address with it.
  void tick();

  // As kill -9: connections are cut, the address refuses, residents are gone, VRAM comes back.
  void kill();
  // Starts it again on the same address, with nothing loaded.
  Result<void> revive();
  bool alive() const;

  // Loads `model` as a person would, with a context of so many tokens, and does not wait for it.
  Result<std::string> begin_load(const std::string& model, const std::string& identifier, int context_length);

  // The simulation behind it, for looking and for tests.
  world::LmStudio& studio();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::rig
