// Media kinds as JSON: what can be asked for, and with which values.
#pragma once

#include "core/config.hpp"
#include "net/json.hpp"

namespace malin::api {

boost::json::array format_kinds(const Config& config);

}  // namespace malin::api
