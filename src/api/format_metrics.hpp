// The Prometheus text format.
#pragma once

#include <string>

#include "core/situation.hpp"

namespace malin::api {

std::string format_metrics(const Situation& situation, const std::string& version);

}  // namespace malin::api
