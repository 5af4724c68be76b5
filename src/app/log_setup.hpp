// How the log is written: one line a message, in the format of the config (control/log_line.hpp).
#pragma once

#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "control/log_line.hpp"

namespace malin::app {

// Makes `logger` the one that everything is logged to. The time, in UTC, comes first unless `has_time` is false.
void set_log(std::shared_ptr<spdlog::logger> logger, control::LogFormat format, bool has_time);

}  // namespace malin::app
