// One line of the log, as logfmt or as JSON, whatever it speaks of: no byte of its texts begins another line, forges a
// field, or steers a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace malin::control {

enum class LogFormat { logfmt, json };

struct LogField {
  const char* name;
  std::variant<std::string, std::int64_t> value;
};
using LogFields = std::vector<LogField>;

// The fields in their order, without a line end.
std::string format_line(LogFormat format, const LogFields& fields);

}  // namespace malin::control
