// ComfyUI's messages and records as JSON: what goes over the WebSocket and what the routes answer.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "rig/comfyui_plan.hpp"

namespace malin::rig {

// {"type": ..., "data": ...} as text.
std::string message(std::string_view type, json::object data);
std::string status_message(std::size_t remaining, const std::string& sid = "");

json::object progress_state(const world::ComfyRun& run);
json::object stamped(const world::ComfyRun& run, TimePoint at);  // {prompt_id, timestamp}
json::object cached_data(const world::ComfyRun& run);
// The data of execution_success, execution_error or execution_interrupted, with its type.
std::pair<std::string, json::object> end_data(const world::ComfyRun& run);
// {"images": [...]}: what a node shows.
json::object node_output(const world::ComfyRun& run, const std::string& node);

json::array queue_item(const world::ComfyPrompt& prompt);
json::object history_entry(const world::ComfyRun& run);

json::object system_stats(const ComfyOptions& options, const world::ComfyUi& comfyui, const world::CardLedger& card);

const PromptTag& tag_of(const world::ComfyPrompt& prompt);

}  // namespace malin::rig
