// Small safe access to Boost.JSON values that came from outside: a missing or mistyped member is an answer, not a
// throw.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/result.hpp"

namespace malin::net {

namespace json = boost::json;

// bad_reply: not JSON, nested deeper than 64, over 64 MiB, or with a number that no double holds.
Result<json::value> parse_json(std::string_view text);

// Whether every number in it is finite. Boost.JSON reads 1e999 as infinity, which it cannot write as JSON again.
bool is_finite(const json::value& value);

// The value as text. Bytes that are not UTF-8, which JSON cannot hold, become U+FFFD.
std::string format_json(const json::value& value);

// The member of an object, or nullptr: also when `value` is not an object.
const json::value* find(const json::value& value, std::string_view key);
// The member if it has that type; numbers convert between integer and double where exact enough.
std::optional<std::string> find_string(const json::value& value, std::string_view key);
// The same, and "" where there is none.
std::string text_of(const json::value& value, std::string_view key);
std::optional<std::int64_t> find_int(const json::value& value, std::string_view key);
std::optional<double> find_double(const json::value& value, std::string_view key);
std::optional<bool> find_bool(const json::value& value, std::string_view key);
const json::array* find_array(const json::value& value, std::string_view key);
const json::object* find_object(const json::value& value, std::string_view key);

}  // namespace malin::net
