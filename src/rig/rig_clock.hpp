// The world's clock in a running rig: real time from its start on, run `speed` times as fast.
#pragma once

#include <chrono>

#include "ports/clock.hpp"

namespace malin::rig {

class RigClock : public Clock {
 public:
  // Requires: speed > 0.
  explicit RigClock(double speed);

  TimePoint now() const override;
  Task<void> sleep_until(TimePoint moment) override;

 private:
  double speed_;
  TimePoint began_;
  std::chrono::steady_clock::time_point began_steady_;
};

}  // namespace malin::rig
