// Brings things to the person. The status message becomes the delivery: an edit can be repeated without a second copy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/buttons.hpp"
#include "core/reading.hpp"
#include "ports/task.hpp"

namespace malin {

using MessageId = std::int64_t;

struct DeliveryOrder {
  std::optional<MessageId> status;  // The message to turn into the media; empty: send a new one.
  Media media;
  std::string caption;
};

class Courier {
 public:
  virtual ~Courier() = default;

  // Who we are there, for `malin check`: "@malin_bot".
  virtual Task<Result<std::string>> probe() = 0;
  // Sends a line of text with buttons under it. timeout: it may have arrived.
  virtual Task<Result<MessageId>> announce(std::string text, Buttons buttons) = 0;
  // Turns a status line and its buttons into other ones. Repeatable. not_found: the message is gone.
  virtual Task<Result<void>> amend(MessageId message, std::string text, Buttons buttons) = 0;
  // The buttons of a `status` go. refused: it will not take this file (too large, blocked); the message says why.
  // With a `status` it is repeatable; without one a timeout may mean that it arrived.
  virtual Task<Result<MessageId>> deliver(DeliveryOrder order) = 0;
  // "uploading a photo ..." under her name for some seconds. Cosmetic.
  virtual Task<Result<void>> show_activity(MediaType type) = 0;
  // How long to stay silent, after the person's server asked for it; zero when it did not.
  virtual Duration silence() const = 0;
};

}  // namespace malin
