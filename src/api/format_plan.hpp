// A decision as JSON, in words: for `malin plan`.
#pragma once

#include "core/decide.hpp"
#include "core/situation.hpp"
#include "net/json.hpp"

namespace malin::api {

boost::json::object format_plan(const Situation& situation, const Decision& decision);

}  // namespace malin::api
