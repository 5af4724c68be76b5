// What senses and renders take, as JSON: configured, measured, pinned, and what counts.
#pragma once

#include <string>

#include "core/situation.hpp"
#include "net/json.hpp"

namespace malin::api {

// Every sense, then every kind by its usual size, then the other sizes that were rendered.
boost::json::array format_footprints(const Situation& situation);

// One of them; null when there is none of this name.
boost::json::value format_footprint(const Situation& situation, const std::string& name);

}  // namespace malin::api
