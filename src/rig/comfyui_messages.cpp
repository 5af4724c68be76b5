#include "rig/comfyui_messages.hpp"

#include <algorithm>

#include "rig/comfyui_text.hpp"

namespace malin::rig {

namespace {

json::array texts(const std::vector<std::string>& all) { return json::array(all.begin(), all.end()); }

json::value number(double value, bool whole) {
  return whole ? json::value(static_cast<std::int64_t>(value)) : json::value(value);
}

json::object error_data(const world::ComfyRun& run) {
  const world::ComfyError& error = *run.error;
  json::object inputs;
  const PromptTag& tag = tag_of(run.prompt);
  if (const json::value* node = tag.graph.if_contains(error.node)) {
    for (const auto& [name, value] : node->at("inputs").as_object()) {
      if (!value.is_array()) inputs[name] = json::array{json::string(python_str(value))};
    }
  }
  json::array known;
  for (const world::ComfyNode& node : run.prompt.nodes) known.push_back(json::string(node.id));
  const json::array traceback{
      "  File \"/opt/comfyui/execution.py\", line 545, in execute\n    output_data, output_ui, has_subgraph, "
      "has_pending_tasks = await get_output_data(prompt_id, unique_id, obj, input_data_all)\n",
      "  File \"/opt/comfyui/execution.py\", line 306, in process_inputs\n    result = f(**inputs)\n"};
  return {{"prompt_id", run.prompt.id},
          {"node_id", error.node},
          {"node_type", error.class_type},
          {"executed", texts(run.executed)},
          {"exception_message", error.message},
          {"exception_type", error.type},
          {"traceback", traceback},
          {"current_inputs", inputs},
          {"current_outputs", known},
          {"timestamp", to_unix_ms(run.ended_at)}};
}

json::object file_entry(const world::ComfyFile& file) {
  return {{"filename", file.filename}, {"subfolder", file.subfolder}, {"type", file.type}};
}

}  // namespace

const PromptTag& tag_of(const world::ComfyPrompt& prompt) { return static_cast<const PromptTag&>(*prompt.tag); }

std::string message(std::string_view type, json::object data) {
  return dump_json(json::object{{"type", type}, {"data", std::move(data)}});
}

std::string status_message(std::size_t remaining, const std::string& sid) {
  json::object data{{"status", json::object{{"exec_info", json::object{{"queue_remaining", remaining}}}}}};
  if (!sid.empty()) data["sid"] = sid;
  return message("status", std::move(data));
}

json::object progress_state(const world::ComfyRun& run) {
  json::object nodes;
  for (const world::ComfyProgress& progress : run.progress) {
    nodes[progress.node] = {{"value", number(progress.value, progress.counted)},
                            {"max", number(progress.max, progress.counted)},
                            {"state", progress.finished ? "finished" : "running"},
                            {"node_id", progress.node},
                            {"prompt_id", run.prompt.id},
                            {"display_node_id", progress.node},
                            {"parent_node_id", nullptr},
                            {"real_node_id", progress.node}};
  }
  return {{"prompt_id", run.prompt.id}, {"nodes", std::move(nodes)}};
}

json::object stamped(const world::ComfyRun& run, TimePoint at) {
  return {{"prompt_id", run.prompt.id}, {"timestamp", to_unix_ms(at)}};
}

json::object cached_data(const world::ComfyRun& run) {
  return {{"nodes", texts(run.cached)}, {"prompt_id", run.prompt.id}, {"timestamp", to_unix_ms(run.cached_at)}};
}

std::pair<std::string, json::object> end_data(const world::ComfyRun& run) {
  if (run.error) return {"execution_error", error_data(run)};
  if (!run.interrupted) return {"execution_success", stamped(run, run.ended_at)};
  json::object data{{"prompt_id", run.prompt.id},
                    {"node_id", run.interrupted_node},
                    {"node_type", run.interrupted_class},
                    {"executed", texts(run.executed)},
                    {"timestamp", to_unix_ms(run.ended_at)}};
  return {"execution_interrupted", std::move(data)};
}

json::object node_output(const world::ComfyRun& run, const std::string& id) {
  const world::ComfyNode& node = *run.node(id);
  json::array entries;
  for (const world::ComfyFile& file : run.outputs.at(id)) {
    json::object entry = file_entry(file);
    if (node.class_type == "VHS_VideoCombine") {
      const std::string stem = file.filename.substr(0, file.filename.rfind('.'));
      entry["format"] = "video/h264-mp4";
      entry["frame_rate"] = node.output->picture.frames_per_second;
      entry["workflow"] = stem + node.output->companion;
      const std::string folder = file.subfolder.empty() ? "" : file.subfolder + "/";
      entry["fullpath"] = "/opt/comfyui/" + file.type + "/" + folder + file.filename;
    }
    entries.push_back(std::move(entry));
  }
  if (node.class_type == "VHS_VideoCombine") return {{"gifs", std::move(entries)}};
  json::object output{{"images", std::move(entries)}};
  if (node.class_type == "SaveVideo") output["animated"] = json::array{true};
  return output;
}

json::array queue_item(const world::ComfyPrompt& prompt) {
  const PromptTag& tag = tag_of(prompt);
  return {tag.number, json::string(prompt.id), tag.graph, tag.extra_data, tag.outputs};
}

json::object history_entry(const world::ComfyRun& run) {
  const bool good = !run.error && !run.interrupted;
  auto [type, data] = end_data(run);
  json::array messages{json::array{"execution_start", stamped(run, run.started_at)},
                       json::array{"execution_cached", cached_data(run)},
                       json::array{json::string(type), std::move(data)}};
  json::object outputs;
  json::object meta;
  for (const auto& [id, files] : run.outputs) {
    outputs[id] = node_output(run, id);
    meta[id] = {{"node_id", id}, {"display_node", id}, {"parent_node", nullptr}, {"real_node_id", id}};
  }
  json::object status{{"status_str", good ? "success" : "error"}, {"completed", good}, {"messages", messages}};
  return {{"prompt", queue_item(run.prompt)}, {"outputs", outputs}, {"status", status}, {"meta", meta}};
}

json::object system_stats(const ComfyOptions& options, const world::ComfyUi& comfyui, const world::CardLedger& card) {
  const Bytes reserved = comfyui.torch_reserved();
  const Bytes idle = reserved - std::min(reserved, comfyui.torch_active());
  constexpr std::int64_t ram = 64LL << 30;
  json::object system{{"os", options.version == "0.3.64" ? "posix" : "linux"},
                      {"ram_total", ram},
                      {"ram_free", ram / 2},
                      {"comfyui_version", options.version},
                      {"required_frontend_version", "1.27.10"},
                      {"python_version", "3.12.3 (main, Aug 14 2025, 17:47:21) [GCC 13.3.0]"},
                      {"pytorch_version", "2.9.0+cu128"},
                      {"embedded_python", false},
                      {"argv", json::array{"main.py"}}};
  json::object device{{"name", "cuda:0 " + options.card + " : cudaMallocAsync"},
                      {"type", "cuda"},
                      {"index", 0},
                      {"vram_total", card.total().count},
                      {"vram_free", (card.free() + idle).count},
                      {"torch_vram_total", reserved.count},
                      {"torch_vram_free", idle.count}};
  return {{"system", system}, {"devices", json::array{device}}};
}

}  // namespace malin::rig
