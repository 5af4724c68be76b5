// Writes a probe's outcome into its reading. An answer to an older question never replaces a newer one.
#pragma once

#include "core/reading.hpp"

namespace malin::control {

template <class T>
void record(Reading<T>& reading, TimePoint asked_at, const Result<T>& answer) {
  if (asked_at < reading.tried_at) return;
  reading.tried_at = asked_at;
  if (answer) {
    reading.value = *answer;
    reading.at = asked_at;
    reading.error.reset();
    reading.failures = 0;
    return;
  }
  if (reading.failures == 0) reading.failing_since = asked_at;
  ++reading.failures;
  reading.error = answer.error();
}

}  // namespace malin::control
