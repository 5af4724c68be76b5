// Media kinds as JSON: what can be asked for, and with which values.
#pragma once

#include "core/situation.hpp"
#include "net/json.hpp"

namespace malin::api {

boost::json::array format_kinds(const Situation& situation);

}  // namespace malin::api
