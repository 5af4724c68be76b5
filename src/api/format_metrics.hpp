// The numbers of /metrics, in Prometheus' text format. docs/OPERATIONS.md lists them all.
#pragma once

#include <string>

#include "control/meters.hpp"
#include "core/situation.hpp"

namespace malin::api {

// How things stand, and what has happened since the daemon started.
std::string format_metrics(const Situation& situation, const control::Meters& meters, const std::string& version);

}  // namespace malin::api
