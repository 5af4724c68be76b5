// Members of the daemon's JSON for a terminal: something harmless where one is missing or holds control characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/client_time.hpp"
#include "app/text_table.hpp"
#include "core/bytes.hpp"
#include "net/json.hpp"

namespace malin::app {

inline std::string text_of(const boost::json::value& value, std::string_view key) {
  return printable(net::text_of(value, key));
}

inline const boost::json::array& list_of(const boost::json::value& value, std::string_view key) {
  static const boost::json::array none;
  const boost::json::array* found = net::find_array(value, key);
  return found == nullptr ? none : *found;
}

inline std::optional<TimePoint> time_of(const boost::json::value& value, std::string_view key) {
  return parse_time(text_of(value, key));
}

// "18.6 GiB", or "" when it is not known.
inline std::string bytes_of(const boost::json::value& value, std::string_view key) {
  const auto count = net::find_int(value, key);
  return count ? format_bytes(Bytes{*count}) : "";
}

// The texts of a list: "vision, brain".
inline std::string joined(const boost::json::value& value, std::string_view key) {
  std::string out;
  for (const boost::json::value& one : list_of(value, key)) {
    if (const auto* text = one.if_string()) out += (out.empty() ? "" : ", ") + printable({text->data(), text->size()});
  }
  return out;
}

}  // namespace malin::app
