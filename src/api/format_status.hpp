// Everything at once, as JSON: what a status page shows.
#pragma once

#include <map>
#include <string>

#include "core/situation.hpp"
#include "net/json.hpp"

namespace malin::api {

boost::json::object format_swap(const Settings& settings);

boost::json::object format_status(const Situation& situation, const std::map<JobId, std::string>& waits,
                                  const std::string& version);

}  // namespace malin::api
