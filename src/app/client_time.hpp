// Moments as the daemon writes them, for people where they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace malin::app {

// "2026-11-24T03:25:17.042Z", as format_time writes it. nullopt: anything else.
std::optional<TimePoint> parse_time(std::string_view text);

// In the local time zone: "03:25:17", and "Nov 24 03:25".
std::string format_clock(TimePoint moment);
std::string format_date(TimePoint moment);

}  // namespace malin::app
