#include "app/away_today.hpp"

#include <algorithm>
#include <ctime>

#include "app/client_json.hpp"

namespace malin::app {

namespace {

TimePoint midnight_before(TimePoint now) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return now;
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  return TimePoint(std::chrono::seconds(std::mktime(&local)));
}

}  // namespace

Duration away_today(const net::json::value& windows, std::string_view sense, TimePoint now) {
  const TimePoint midnight = midnight_before(now);
  Duration total{};
  for (const net::json::value& window : list_of(windows, "windows")) {
    const TimePoint closed = time_of(window, "closed_at").value_or(now);
    for (const net::json::value& leave : list_of(window, "leaves")) {
      if (text_of(leave, "sense") != sense) continue;
      const TimePoint from = std::max(time_of(leave, "since").value_or(now), midnight);
      total += std::max(Duration{}, time_of(leave, "back_at").value_or(closed) - from);
    }
  }
  return total;
}

}  // namespace malin::app
