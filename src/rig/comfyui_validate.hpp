// ComfyUI's own check of a prompt, with its error types and texts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rig/comfyui_nodes.hpp"

namespace malin::rig {

struct PromptRules {
  bool names_missing_nodes = true;                  // Since 0.12: "missing_node_type" in place of "invalid_prompt".
  bool finds_cycles = true;                         // Since 0.33.
  std::optional<std::vector<std::string>> targets;  // Only these output nodes.
  std::function<bool(const std::string& name)> has_input_file;
};

struct PromptVerdict {
  std::optional<json::object> error;  // The "error" of a 400; empty: at least one output is good.
  json::object node_errors;           // Not empty with a good output: only the good ones run.
  std::vector<std::string> outputs;   // The good ones.
};

// Rewrites values to the types of their inputs (8 to 8.0), as the real one does.
PromptVerdict validate_prompt(const ComfyNodes& nodes, json::object& prompt, const PromptRules& rules);

// The "error" object of a 400.
json::object prompt_error(std::string_view type, std::string_view message, std::string_view details = "",
                          json::object extra_info = {});

}  // namespace malin::rig
