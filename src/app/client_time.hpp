// Moments, for people where they are.
#pragma once

#include <string>

#include "core/time.hpp"

namespace malin::app {

// In the local time zone: "03:25:17", and "Nov 24 03:25".
std::string format_clock(TimePoint moment);
std::string format_date(TimePoint moment);

}  // namespace malin::app
