// Moments and lengths of time. A moment comes from the Clock port alone; core is handed `now`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace malin {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Duration>;

// "250ms", "8s", "5m", "1h30m". nullopt: not a length of time.
std::optional<Duration> parse_duration(std::string_view text);

// For people: "250 ms", "8.2 s", "3 min 5 s", "2 h 10 min".
std::string format_duration(Duration length);

// RFC 3339 in UTC with milliseconds: "2026-11-24T03:25:17.042Z".
std::string format_time(TimePoint moment);
// Exactly that form back. nullopt: another form, or no such moment.
std::optional<TimePoint> parse_time(std::string_view text);

constexpr std::int64_t to_unix_ms(TimePoint moment) { return moment.time_since_epoch().count(); }
constexpr TimePoint from_unix_ms(std::int64_t ms) { return TimePoint{Duration{ms}}; }

}  // namespace malin
