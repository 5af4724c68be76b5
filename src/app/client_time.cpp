#include "app/client_time.hpp"

#include <ctime>

namespace malin::app {

namespace {

std::string format_local(TimePoint moment, const char* form) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count();
  std::tm local{};
  char text[64] = {};
  if (::localtime_r(&seconds, &local) == nullptr) return format_time(moment);
  const std::size_t length = std::strftime(text, sizeof text, form, &local);
  return {text, length};
}

}  // namespace

std::string format_clock(TimePoint moment) { return format_local(moment, "%H:%M:%S"); }
std::string format_date(TimePoint moment) { return format_local(moment, "%b %e %H:%M"); }

}  // namespace malin::app
