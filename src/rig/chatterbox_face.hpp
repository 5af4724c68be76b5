// The simulated Chatterbox over HTTP, as one of the two servers that people run: devnen's, which can unload its model
// and answers nobody while it speaks, or travisvn's, which can do neither.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "world/chatterbox.hpp"

namespace malin::rig {

enum class ChatterboxFlavour { devnen, travisvn };

class ChatterboxFace {
 public:
  // Clock, card and faults outlive the face.
  ChatterboxFace(boost::asio::any_io_executor executor, Clock& clock, world::CardLedger& card, world::Faults& faults,
                 world::ChatterboxOptions world = {}, ChatterboxFlavour flavour = ChatterboxFlavour::devnen);
  ~ChatterboxFace();

  // Starts the process and serves it. Port 0 takes a free one; returns the port. refused: the address is taken, or the
  // card has no room.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void stop();
  // As kill -9: connections are cut, the address refuses, VRAM comes back.
  void kill();
  // Starts it again on the same address, with its model loaded.
  Result<void> revive();
  bool alive() const;

  world::Chatterbox& chatterbox();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::rig
