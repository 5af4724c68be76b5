// JSON and values as Python writes them, since that is what ComfyUI's clients see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/json.hpp"

namespace malin::rig {

// json.dumps: ", " and ": ", whole doubles as "1.0", other than ASCII as \uXXXX.
std::string dump_json(const boost::json::value& value);
// int(), of a text that is nothing but one.
std::optional<std::int64_t> whole_number(const std::string& text);
// repr(): ['a', 'b'], 'text', None, True.
std::string python_repr(const boost::json::value& value);
// str(): as repr, but bare strings without quotes.
std::string python_str(const boost::json::value& value);

}  // namespace malin::rig
