#include "rig/comfyui_validate.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "rig/comfyui_text.hpp"
#include "rig/comfyui_value.hpp"

namespace malin::rig {

namespace {

// A Python exception of the check itself.
struct PythonError : std::runtime_error {
  PythonError(std::string type_, const std::string& message) : std::runtime_error(message), type(std::move(type_)) {}
  std::string type;
};

struct Checked {
  bool valid = true;
  json::array errors;
};

class Validator {
 public:
  Validator(const ComfyNodes& nodes, json::object& prompt, const PromptRules& rules)
      : nodes_(nodes), prompt_(prompt), rules_(rules) {}

  // Of the node and all before it.
  bool check(const std::string& id) {
    if (const Checked* done = find(id)) return done->valid;
    if (std::ranges::find(visiting_, id) != visiting_.end()) {
      report_cycle(id);
      return false;
    }
    json::value* node = prompt_.if_contains(id);
    if (!node) throw PythonError("KeyError", "'" + id + "'");
    json::value* inputs = node->as_object().if_contains("inputs");
    if (!inputs || !inputs->is_object()) throw PythonError("KeyError", "'inputs'");
    const json::object& info = *nodes_.find(node->at("class_type").as_string());
    Checked result;
    visiting_.push_back(id);
    for (const char* group : {"required", "optional"}) {
      const json::value* specs = info.at("input").as_object().if_contains(group);
      if (!specs) continue;
      for (const auto& [name, spec] : specs->as_object()) {
        json::value* value = inputs->as_object().if_contains(name);
        if (value) {
          check_input(std::string(name), spec.as_array(), *value, result);
        } else if (group == std::string_view("required")) {
          add(result, input_error("required_input_missing", "Required input is missing", name, {{"input_name", name}}));
        }
      }
    }
    visiting_.pop_back();
    if (const Checked* done = find(id)) return done->valid;
    if (result.valid) check_file(*node, result);
    checked_.emplace_back(id, std::move(result));
    return checked_.back().second.valid;
  }

  void fail(const std::string& id, json::object error) {
    Checked result;
    add(result, std::move(error));
    std::erase_if(checked_, [&](const auto& entry) { return entry.first == id; });
    checked_.emplace_back(id, std::move(result));
  }

  const Checked* find(const std::string& id) const {
    const auto found = std::ranges::find(checked_, id, &std::pair<std::string, Checked>::first);
    return found == checked_.end() ? nullptr : &found->second;
  }

  const std::vector<std::pair<std::string, Checked>>& checked() const { return checked_; }

  void forget_visits() { visiting_.clear(); }

 private:
  static void add(Checked& result, json::object error) {
    result.valid = false;
    result.errors.push_back(std::move(error));
  }

  void report_cycle(const std::string& id) {
    const std::vector<std::string> cycle(std::ranges::find(visiting_, id), visiting_.end());
    std::string path;
    for (const std::string& node : cycle) {
      path += fmt::format("{} ({}) -> ", node, std::string(prompt_.at(node).at("class_type").as_string()));
    }
    path += fmt::format("{} ({})", id, std::string(prompt_.at(id).at("class_type").as_string()));
    for (const std::string& node : cycle) {
      Checked result;
      result.valid = false;
      if (rules_.finds_cycles) {
        json::object extra{{"node_id", node}, {"cycle_nodes", json::array(cycle.begin(), cycle.end())}};
        add(result, input_error("dependency_cycle", "Dependency cycle detected", path, std::move(extra)));
      }
      checked_.emplace_back(node, std::move(result));
    }
  }

  void check_input(const std::string& name, const json::array& spec, json::value& value, Checked& result) {
    if (value.is_array()) {
      check_link(name, spec, value.as_array(), result);
    } else {
      if (std::optional<json::object> wrong = check_value(name, spec, value)) add(result, std::move(*wrong));
    }
  }

  void check_link(const std::string& name, const json::array& spec, const json::array& link, Checked& result) {
    json::object extra{{"input_name", name}, {"input_config", spec}};
    if (link.size() != 2) {
      extra["received_value"] = link;
      add(result, input_error("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]",
                              name, std::move(extra)));
      return;
    }
    const std::string from = python_str(link[0]);
    const std::string received = output_type(from, link[1]);
    const std::string wanted = spec.front().is_string() ? std::string(spec.front().as_string()) : "COMBO";
    if (received != wanted && received != "*" && wanted != "*") {
      extra["received_type"] = received;
      extra["linked_node"] = link;
      add(result, input_error("return_type_mismatch", "Return type mismatch between linked nodes",
                              fmt::format("{}, received_type({}) mismatch input_type({})", name, received, wanted),
                              std::move(extra)));
      return;
    }
    try {
      if (!check(from)) result.valid = false;
    } catch (const PythonError& error) {
      extra["exception_message"] = error.what();
      extra["exception_type"] = error.type;
      extra["traceback"] = json::array{"  File \"/opt/comfyui/execution.py\", line 955, in validate_inputs\n"};
      extra["linked_node"] = link;
      result.valid = false;
      std::erase(visiting_, from);
      fail(from, input_error("exception_during_inner_validation", "Exception when validating inner node", error.what(),
                             std::move(extra)));
    }
  }

  // A broken link is an exception of the node that holds it, so whoever checks that node reports it.
  std::string output_type(const std::string& from, const json::value& slot) const {
    const json::value* node = prompt_.if_contains(from);
    if (!node) throw PythonError("KeyError", "'" + from + "'");
    const json::array& outputs = nodes_.find(node->at("class_type").as_string())->at("output").as_array();
    const std::int64_t index = slot.is_int64() ? slot.as_int64() : -1;
    if (index < 0 || index >= static_cast<std::int64_t>(outputs.size())) {
      throw PythonError("IndexError", "tuple index out of range");
    }
    return std::string(outputs[static_cast<std::size_t>(index)].as_string());
  }

  void check_file(const json::value& node, Checked& result) const {
    if (node.at("class_type").as_string() != "LoadImage") return;
    const std::string name = python_str(node.at("inputs").at("image"));
    if (rules_.has_input_file && rules_.has_input_file(name)) return;
    add(result, input_error("custom_validation_failed", "Custom validation failed for node",
                            "image - Invalid image file: " + name, {{"input_name", "image"}}));
  }

  const ComfyNodes& nodes_;
  json::object& prompt_;
  const PromptRules& rules_;
  std::vector<std::string> visiting_;
  std::vector<std::pair<std::string, Checked>> checked_;
};

std::optional<json::object> missing_class(const std::string& id, const json::value& node, const ComfyNodes& nodes,
                                          const PromptRules& rules) {
  const std::string details = "Node ID '#" + id + "'";
  const std::optional<std::string> class_type = net::find_string(node, "class_type");
  if (class_type && nodes.find(*class_type)) return std::nullopt;
  const json::value* meta = net::find(node, "_meta");
  const std::optional<std::string> title = meta ? net::find_string(*meta, "title") : std::nullopt;
  if (!rules.names_missing_nodes) {
    return prompt_error("invalid_prompt",
                        class_type ? "Cannot execute because node " + *class_type + " does not exist."
                                   : "Cannot execute because a node is missing the class_type property.",
                        details);
  }
  json::object extra{{"node_id", id}, {"class_type", nullptr}, {"node_title", nullptr}};
  if (title) extra["node_title"] = *title;
  if (!class_type) {
    return prompt_error("missing_node_type",
                        "Node '" + title.value_or("ID #" + id) +
                            "' has no class_type. The workflow may be corrupted or a custom node is missing.",
                        details, std::move(extra));
  }
  extra["class_type"] = *class_type;
  extra["node_title"] = title.value_or(*class_type);
  return prompt_error("missing_node_type",
                      "Node '" + title.value_or(*class_type) + "' not found. The custom node may not be installed.",
                      details, std::move(extra));
}

// The errors of one failed output, and of the nodes before it, into the verdict.
void report(const std::string& output, const Validator& validator, const json::object& prompt, std::string& details,
            PromptVerdict& verdict) {
  if (const Checked* own = validator.find(output)) {
    for (const json::value& error : own->errors) {
      details += details.empty() ? "" : "\n";
      details += fmt::format("{}: {}", std::string(error.at("message").as_string()),
                             std::string(error.at("details").as_string()));
    }
  }
  for (const auto& [id, result] : validator.checked()) {
    if (result.valid || result.errors.empty()) continue;
    json::value& entry = verdict.node_errors[id];
    if (entry.is_null()) {
      entry = {{"errors", result.errors},
               {"dependent_outputs", json::array()},
               {"class_type", prompt.at(id).at("class_type")}};
    }
    entry.at("dependent_outputs").as_array().push_back(json::string(output));
  }
}

}  // namespace

PromptVerdict validate_prompt(const ComfyNodes& nodes, json::object& prompt, const PromptRules& rules) {
  PromptVerdict verdict;
  std::vector<std::string> outputs;
  for (const auto& [key, node] : prompt) {
    const std::string id(key);
    verdict.error = missing_class(id, node, nodes, rules);
    if (verdict.error) return verdict;
    const bool wanted = !rules.targets || std::ranges::find(*rules.targets, id) != rules.targets->end();
    if (wanted && ComfyNodes::is_output(*nodes.find(node.at("class_type").as_string()))) outputs.push_back(id);
  }
  if (outputs.empty()) {
    verdict.error = prompt_error("prompt_no_outputs", "Prompt has no outputs");
    return verdict;
  }
  Validator validator(nodes, prompt, rules);
  std::string details;
  for (const std::string& output : outputs) {
    bool good = false;
    try {
      good = validator.check(output);
    } catch (const PythonError& error) {
      validator.forget_visits();
      validator.fail(output, input_error("exception_during_validation", "Exception when validating node", error.what(),
                                         {{"exception_type", error.type},
                                          {"traceback",
                                           {"  File \"/opt/comfyui/execution.py\", line 1184, in "
                                            "validate_prompt\n"}}}));
    }
    if (good) {
      verdict.outputs.push_back(output);
    } else {
      report(output, validator, prompt, details, verdict);
    }
  }
  if (verdict.outputs.empty()) {
    verdict.error = prompt_error("prompt_outputs_failed_validation", "Prompt outputs failed validation", details);
  }
  return verdict;
}

json::object prompt_error(std::string_view type, std::string_view message, std::string_view details,
                          json::object extra_info) {
  return {{"type", type}, {"message", message}, {"details", details}, {"extra_info", std::move(extra_info)}};
}

}  // namespace malin::rig
