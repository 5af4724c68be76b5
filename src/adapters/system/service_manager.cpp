#include "adapters/system/service_manager.hpp"

#include <algorithm>
#include <cstdint>

#include <systemd/sd-daemon.h>

namespace malin::adapters {

void notify_ready() { sd_notify(0, "READY=1"); }

void notify_status(const std::string& line) {
  std::string message = "STATUS=" + line;
  std::ranges::replace(message, '\n', ' ');  // A line end would begin another assignment.
  sd_notify(0, message.c_str());
}

void notify_alive() { sd_notify(0, "WATCHDOG=1"); }

void notify_stopping() { sd_notify(0, "STOPPING=1"); }

std::optional<Duration> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::microseconds(microseconds));
}

}  // namespace malin::adapters
