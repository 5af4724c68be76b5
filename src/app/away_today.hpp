// How long a sense was away since midnight here.
#pragma once

#include <string_view>

#include "core/time.hpp"
#include "net/json.hpp"

namespace malin::app {

// `windows` as of GET /v1/windows; one that is still open counts up to `now`.
Duration away_today(const net::json::value& windows, std::string_view sense, TimePoint now);

}  // namespace malin::app
