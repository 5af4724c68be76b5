// Time that stands still while anything can be done, and then jumps to the next moment that anybody waits for.
// Sleepers of one moment wake in the order in which they lay down, whatever context they sleep in.
#pragma once

#include <map>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "ports/clock.hpp"

namespace malin::world {

class SimClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  Task<void> sleep_until(TimePoint moment) override;

  // When the next sleeper wants to wake; nullopt: nobody sleeps.
  std::optional<TimePoint> next() const;
  // Wakes all whose time has come by then. Their handlers run when their contexts are polled.
  void jump_to(TimePoint moment);

 private:
  struct Sleeper {
    boost::asio::steady_timer timer;
    bool awake = false;
  };
  using Sleepers = std::multimap<TimePoint, Sleeper*>;

  TimePoint now_ = from_unix_ms(1'790'000'000'000);
  Sleepers sleepers_;
};

}  // namespace malin::world
