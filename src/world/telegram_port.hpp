// The simulated Telegram as the Courier, in process. Faults: "telegram.flood" (amount: seconds of silence that it asks
// for), "telegram.refuses" (it will not take the file; text: why).
#pragma once

#include <cstdint>
#include <string>

#include "ports/courier.hpp"
#include "world/faults.hpp"
#include "world/spool_port.hpp"
#include "world/telegram.hpp"
#include "world/wire.hpp"

namespace malin::world {

struct TelegramPortOptions {
  bool edits = true;  // false: the media is a new message, and the status line is deleted after it.
  Duration call_limit{20'000};
  Duration upload_limit{300'000};
};

class TelegramPort final : public Courier {
 public:
  // All references outlive the port.
  TelegramPort(Telegram& telegram, Faults& faults, const Spool& spool, Wire wire, TelegramPortOptions options = {})
      : telegram_(telegram), faults_(faults), spool_(spool), wire_(std::move(wire)), options_(options) {}

  Task<Result<std::string>> probe() override;
  Task<Result<MessageId>> announce(std::string text, Buttons buttons) override;
  Task<Result<void>> amend(MessageId message, std::string text, Buttons buttons) override;
  Task<Result<MessageId>> deliver(DeliveryOrder order) override;
  Task<Result<void>> show_activity(MediaType type) override;
  Duration silence() const override;

 private:
  Result<void> admit();
  Task<Result<std::string>> name();
  Task<Result<MessageId>> send(std::string text, Buttons buttons);
  Task<Result<void>> edit(MessageId message, std::string text, Buttons buttons);
  Task<Result<MessageId>> upload(DeliveryOrder order);
  Task<Result<void>> act(MediaType type);
  std::string chat() const { return std::to_string(telegram_.options().chat); }

  Telegram& telegram_;
  Faults& faults_;
  const Spool& spool_;
  Wire wire_;
  TelegramPortOptions options_;
  TimePoint silent_until_{};
};

}  // namespace malin::world
