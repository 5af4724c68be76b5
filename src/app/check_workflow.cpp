#include "app/check_workflow.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace malin::app {

namespace json = boost::json;

namespace {

std::string text_of(const json::string& text) { return {text.data(), text.size()}; }

// The choices of an input: its type is a list, or "COMBO" with options beside it. nullptr: it has none.
const json::array* choices_of(const json::value& input) {
  const json::array* parts = input.if_array();
  if (parts == nullptr || parts->empty()) return nullptr;
  if (const json::array* listed = parts->front().if_array()) return listed;
  return parts->size() > 1 ? net::find_array((*parts)[1], "options") : nullptr;
}

const json::array* choices_of(const json::value& node, std::string_view input) {
  const json::value* inputs = net::find(node, "input");
  for (const char* group : {"required", "optional"}) {
    const json::value* members = inputs == nullptr ? nullptr : net::find(*inputs, group);
    const json::value* found = members == nullptr ? nullptr : net::find(*members, input);
    if (found != nullptr) return choices_of(*found);
  }
  return nullptr;
}

// Each "NAME = VALUE" of one node that its class does not offer. Uploads come with a picture, not from a list.
void compare_inputs(const json::object& inputs, const json::value& node, std::set<std::string>& missing) {
  for (const auto& [name, value] : inputs) {
    const json::string* chosen = value.if_string();
    const json::array* choices =
        chosen == nullptr ? nullptr : choices_of(node, std::string_view(name.data(), name.size()));
    if (choices == nullptr || std::ranges::find(*choices, value) != choices->end()) continue;
    missing.insert(fmt::format("{} = {}", std::string_view(name.data(), name.size()), text_of(*chosen)));
  }
}

}  // namespace

std::set<std::string> node_classes(const json::value& graph) {
  std::set<std::string> classes;
  if (const json::object* nodes = graph.if_object()) {
    for (const auto& [id, node] : *nodes) {
      if (auto name = net::find_string(node, "class_type")) classes.insert(std::move(*name));
    }
  }
  return classes;
}

WorkflowVisit compare_workflow(const json::value& graph, const NodeInfo& nodes) {
  WorkflowVisit visit;
  std::set<std::string> missing;
  for (const std::string& name : node_classes(graph)) {
    const auto info = nodes.find(name);
    if (info != nodes.end() && net::find(info->second, name) == nullptr) visit.unknown_nodes.push_back(name);
  }
  if (const json::object* graph_nodes = graph.if_object()) {
    for (const auto& [id, node] : *graph_nodes) {
      const std::string name = net::find_string(node, "class_type").value_or("");
      const auto info = nodes.find(name);
      const json::value* known = info == nodes.end() ? nullptr : net::find(info->second, name);
      const json::object* inputs = net::find_object(node, "inputs");
      if (known != nullptr && inputs != nullptr) compare_inputs(*inputs, *known, missing);
    }
  }
  visit.missing_choices.assign(missing.begin(), missing.end());
  return visit;
}

}  // namespace malin::app
