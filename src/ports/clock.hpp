// The only source of time. `now` never goes back while the process lives, whatever happens to the wall clock.
#pragma once

#include "core/time.hpp"
#include "ports/task.hpp"

namespace malin {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  // Returns at `moment` or later. Cancelled by its coroutine's cancellation.
  virtual Task<void> sleep_until(TimePoint moment) = 0;
};

}  // namespace malin
