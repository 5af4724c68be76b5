// Jobs as JSON.
#pragma once

#include <map>
#include <string>

#include "core/situation.hpp"
#include "net/json.hpp"

namespace malin::api {

// A moment as RFC 3339, or null.
boost::json::value format_moment(const std::optional<TimePoint>& moment);

boost::json::value format_seconds(Duration length);

// What is durable about it.
boost::json::object format_job(const Job& job);

// The jobs that are not over, in the order in which they will run, with why each waits, how far it is and
// how long until it is rendered (null: nobody knows).
boost::json::array format_queue(const Situation& situation, const std::map<JobId, std::string>& waits);

}  // namespace malin::api
