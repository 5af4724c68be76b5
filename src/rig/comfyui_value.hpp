// The check of one plain value of a prompt against the spec of its input.
#pragma once

#include <optional>
#include <string>

#include "net/json.hpp"

namespace malin::rig {

// An entry of "errors" in node_errors.
boost::json::object input_error(std::string_view type, std::string_view message, std::string_view details,
                                boost::json::object extra_info);

// Converts `value` to the type that `spec` ([type, config]) names. Returns what is wrong with it, or nullopt.
std::optional<boost::json::object> check_value(const std::string& name, const boost::json::array& spec,
                                               boost::json::value& value);

}  // namespace malin::rig
