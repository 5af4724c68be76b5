// What systemd is told about this process (sd_notify(3)). Without systemd every call does nothing.
#pragma once

#include <optional>
#include <string>

#include "core/time.hpp"

namespace malin::adapters {

// Start-up is over: units that come after us may start.
void notify_ready();
// The line that `systemctl status` shows.
void notify_status(const std::string& line);
// The loop makes progress. To be called at least twice in each watchdog_interval.
void notify_alive();
// The end has begun.
void notify_stopping();

// After this long without notify_alive systemd restarts us; nullopt: it does not watch.
std::optional<Duration> watchdog_interval();

}  // namespace malin::adapters
