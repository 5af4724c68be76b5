// Windows as JSON.
#pragma once

#include "core/situation.hpp"
#include "net/json.hpp"

namespace malin::api {

boost::json::object format_window(const Situation& situation, const Window& window);

// The open ones.
boost::json::array format_open_windows(const Situation& situation);

// Open and closed, the newest first, at most `limit`.
boost::json::array format_newest_windows(const Situation& situation, std::size_t limit);

}  // namespace malin::api
