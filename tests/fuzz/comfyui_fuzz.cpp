// What ComfyUI says, text and binary, and the workflows that people give her for it.
#include <string>

#include "adapters/comfyui/comfyui_history.hpp"
#include "adapters/comfyui/comfyui_protocol.hpp"
#include "adapters/comfyui/render_tracker.hpp"
#include "adapters/comfyui/workflow.hpp"
#include "fuzz/fuzz.hpp"
#include "net/json.hpp"

using namespace malin;
using namespace malin::adapters;
using namespace malin::fuzzing;

namespace {

bool is_fraction(double value) { return value >= 0 && value <= 1; }

void check_readings(std::string_view text) {
  parse_queue(text);
  const auto stats = parse_system_stats(text);
  if (!stats) return;
  for (const ComfyDevice& device : stats->devices) {
    require(device.total.value_or(Bytes{}).count >= 0 && device.free.value_or(Bytes{}).count >= 0);
    require(device.torch_held.count >= 0);
  }
}

void check_prompt_reply(std::string_view text) {
  const auto reply = parse_prompt_reply(200, text);
  require(reply || reply.error().code == Errc::bad_reply);
  for (const unsigned status : {400U, 403U, 404U, 413U, 500U, 502U, 504U})
    require(!parse_prompt_reply(status, text).error().message.empty());
  for (const std::size_t limit : {0UL, 1UL, 5UL, 300UL}) {
    const std::string line = clip(text, limit);
    require(line.size() <= limit + 3 && line.find_first_of("\r\n\t") == line.npos);
  }
}

void check_history(std::string_view text) {
  // A render is asked for by an id that we made; here by whatever stands first.
  std::string id = "1";
  const auto document = net::parse_json(text);
  if (document && document->is_object() && !document->as_object().empty()) id = document->as_object().begin()->key();
  const auto entry = parse_history(text, id);
  if (!entry || !*entry) return;
  const RenderReading& reading = **entry;
  require(reading.state == RenderState::finished || reading.state == RenderState::failed);
  if (reading.state == RenderState::failed) {
    require(!reading.reason.empty());
    return;
  }
  require(!reading.files.empty() && reading.files.size() <= 256);
  for (const OutputFile& file : reading.files) require(!file.filename.empty());
}

void check_socket(std::string_view text) {
  const SocketHint hint = parse_ws_message(text);
  require(!hint.prompt_id.empty() || (hint.nodes.empty() && !hint.over));
  for (const auto& [node, done] : hint.nodes) require(is_fraction(done));
  RenderTracker tracker;
  const TimePoint now{};
  tracker.begin(hint.prompt_id, node_weights(text), now);
  tracker.note_hint(hint, now);
  const double progress = tracker.progress(hint.prompt_id);
  require(is_fraction(progress));
  tracker.note_hint({.prompt_id = hint.prompt_id, .nodes = {}, .over = false}, now);
  require(tracker.progress(hint.prompt_id) >= progress);
  if (auto frame = parse_ws_frame(text)) {
    require(frame->preview.image.size() <= 1 << 20);
    require(frame->preview.type == "image/jpeg" || frame->preview.type == "image/png");
    tracker.note_frame(std::move(*frame));
  }
}

void check_workflow(std::string_view text) {
  const auto workflow = parse_workflow(text);
  if (!workflow) return require(workflow.error().code == Errc::refused);
  SlotValues values;
  for (const auto& [name, fallback] : workflow->slots())
    values[name] = name == "prompt" ? "caf\xE9" + std::string(text) : "7";
  const auto filled = fill(*workflow, values);
  require(filled || filled.error().code == Errc::refused);
  if (!filled) return;
  const auto graph = net::parse_json(*filled);
  require(graph && graph->is_object());
  for (const auto& node : graph->as_object()) require(net::find_object(node.value(), "inputs") != nullptr);
  const auto body = net::parse_json(format_prompt(*filled, "id", "client"));
  require(body && *net::find(*body, "prompt") == *graph);
  values["no such slot"] = "";
  require(!fill(*workflow, values));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  check_readings(text);
  check_prompt_reply(text);
  check_history(text);
  check_socket(text);
  check_workflow(text);
  return 0;
}
