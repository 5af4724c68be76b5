// The clock of one daemon: the world's time, but whoever started it may have set the wall clock meanwhile.
#pragma once

#include "world/sim_clock.hpp"

namespace malin::sim {

class DaemonClock final : public Clock {
 public:
  DaemonClock(world::SimClock& clock, Duration offset) : clock_(clock), offset_(offset) {}
  TimePoint now() const override { return clock_.now() + offset_; }
  Task<void> sleep_until(TimePoint moment) override { return clock_.sleep_until(moment - offset_); }
  TimePoint to_world(TimePoint moment) const { return moment - offset_; }

 private:
  world::SimClock& clock_;
  Duration offset_;
};

}  // namespace malin::sim
