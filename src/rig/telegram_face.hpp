// The simulated Telegram over the Bot API, and at "/" an inbox page that shows the chat as the person would see it.
// Also /inbox.json (what arrived, for tests) and /media/ID. Messages outlive a kill: Telegram's servers keep them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "world/card_ledger.hpp"
#include "world/faults.hpp"
#include "world/telegram.hpp"

namespace malin::rig {

struct TelegramOptions {
  std::string token = "7425:malin-rig";
  world::TelegramOptions world;
};

class TelegramFace {
 public:
  // Clock and faults outlive the face. The card is not used; it is there so that all faces are made alike.
  TelegramFace(boost::asio::any_io_executor executor, Clock& clock, world::CardLedger& card, world::Faults& faults,
               TelegramOptions options = {});
  ~TelegramFace();

  // Port 0 takes a free one; returns the port. refused: the address is taken.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void stop();
  // Telegram cannot be reached: connections are cut and the address refuses.
  void kill();
  Result<void> revive();
  bool alive() const;
  // Somebody waits for updates.
  bool is_read() const;

  // The simulation behind it, for looking, for tests, and to write as the person: telegram().say(chat, text).
  world::Telegram& telegram();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::rig
