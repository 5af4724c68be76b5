// Turns a checked prompt graph into what the simulated worker runs: nodes in ComfyUI's order, with their cost, and
// what each output is to show.
#pragma once

#include "rig/comfyui_nodes.hpp"

namespace malin::rig {

// What is kept beside a queued prompt, as it came.
struct PromptTag : world::ComfyTag {
  json::value number;
  json::object graph;
  json::object extra_data;
  json::array outputs;
  std::int64_t create_time = 0;  // Milliseconds since 1970.
};

// `graph` has passed validate_prompt with these good outputs. `temp_letters`: of the process's temp file names.
std::vector<world::ComfyNode> plan_nodes(const ComfyOptions& options, const ComfyNodes& nodes,
                                         const json::object& graph, const std::vector<std::string>& outputs,
                                         const std::string& temp_letters);

}  // namespace malin::rig
