// Whether a renderer has what a workflow asks for: text to values, and the comparison. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "app/check.hpp"
#include "net/json.hpp"

namespace malin::app {

// The class names in a graph in API format. Empty when it is none.
std::set<std::string> node_classes(const net::json::value& graph);

// What GET /object_info/CLASS said, by class: {} for one that is not known.
using NodeInfo = std::map<std::string, net::json::value>;

// The nodes that are not known, and the inputs whose text is not among the choices that their node offers. Every choice
// is named once.
WorkflowVisit compare_workflow(const net::json::value& graph, const NodeInfo& nodes);

}  // namespace malin::app
