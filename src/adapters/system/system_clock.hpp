// The machine's time. Starts at the wall clock's and then follows the monotonic clock, so that a wall clock that jumps
// moves nothing. A speed above 1 makes simulated rigs run faster.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "ports/clock.hpp"

namespace malin::adapters {

class SystemClock final : public Clock {
 public:
  explicit SystemClock(double speed = 1);
  TimePoint now() const override;
  Task<void> sleep_until(TimePoint moment) override;

 private:
  double speed_;
  TimePoint wall_start_;
  std::chrono::steady_clock::time_point steady_start_;
};

}  // namespace malin::adapters
