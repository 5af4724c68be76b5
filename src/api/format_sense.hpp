// Senses as JSON.
#pragma once

#include <vector>

#include "core/readiness.hpp"
#include "net/json.hpp"

namespace malin::api {

boost::json::object format_sense(const Situation& situation, const SenseView& view);
boost::json::array format_senses(const Situation& situation, const std::vector<SenseView>& views);

// {glow, line, senses: [{name, state}]}: how everyone stands, at a glance.
boost::json::object format_summary(const Situation& situation, const std::vector<SenseView>& views);

}  // namespace malin::api
