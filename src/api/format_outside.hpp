// Cards, engines and renderers as JSON: what was seen of them last, or why nothing is known.
#pragma once

#include "core/situation.hpp"
#include "net/json.hpp"

namespace malin::api {

boost::json::array format_cards(const Situation& situation);
boost::json::array format_engines(const Situation& situation);
boost::json::array format_renderers(const Situation& situation);

}  // namespace malin::api
