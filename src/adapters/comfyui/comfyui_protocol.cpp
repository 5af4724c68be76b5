#include "adapters/comfyui/comfyui_protocol.hpp"

#include <algorithm>
#include <tuple>

#include "core/utf8.hpp"
#include "net/json.hpp"

namespace malin::adapters {

namespace json = net::json;

namespace {

constexpr std::size_t complaints_max = 5;
constexpr double steps_max = 10'000;  // Of a sampler, as a weight.

Result<json::value> parse_reply(std::string_view what, std::string_view text) {
  auto value = net::parse_json(text);
  if (!value || !value->is_object()) {
    return fail(Errc::bad_reply,
                "the answer of ComfyUI to " + std::string(what) + " is not a JSON object: " + clip(text, 80));
  }
  return value;
}

std::vector<std::string> sorted_ids(const json::array& items) {
  std::vector<std::tuple<double, std::string>> entries;
  for (const json::value& item : items) {
    const json::array* fields = item.if_array();
    if (!fields || fields->size() < 2 || !(*fields)[1].is_string()) continue;
    json::error_code not_a_number;
    const double number = (*fields)[0].to_number<double>(not_a_number);
    entries.emplace_back(not_a_number ? 0.0 : number, std::string((*fields)[1].as_string()));
  }
  std::ranges::sort(entries);
  std::vector<std::string> ids;
  for (auto& [number, id] : entries) ids.push_back(std::move(id));
  return ids;
}

// "KSampler (node 3): Required input is missing: seed; ..."
std::string list_node_errors(const json::object& nodes) {
  std::string list;
  std::size_t shown = 0;
  std::size_t count = 0;
  for (const auto& node : nodes) {
    const json::array* errors = net::find_array(node.value(), "errors");
    if (!errors) continue;
    for (const json::value& error : *errors) {
      ++count;
      if (shown == complaints_max) continue;
      ++shown;
      const std::string details = clip(net::text_of(error, "details"));
      if (!list.empty()) list += "; ";
      list += net::text_of(node.value(), "class_type") + " (node " + std::string(node.key()) +
              "): " + clip(net::text_of(error, "message")) + (details.empty() ? "" : ": " + details);
    }
  }
  if (count > shown) list += "; and " + std::to_string(count - shown) + " more";
  return list;
}

// The text of {"error": {"message", "details"}, "node_errors": {...}}; empty when it is nothing of the kind.
std::string describe_refusal(const json::value& reply) {
  const json::object* nodes = net::find_object(reply, "node_errors");
  std::string list = nodes ? list_node_errors(*nodes) : "";
  if (!list.empty()) return list;
  if (const auto plain = net::find_string(reply, "error")) return clip(*plain);
  const json::value* error = net::find(reply, "error");
  if (!error) return "";
  const std::string details = clip(net::text_of(*error, "details"));
  return clip(net::text_of(*error, "message")) + (details.empty() ? "" : ": " + details);
}

double fraction(const json::value& step) {
  const double most = net::find_double(step, "max").value_or(0);
  return most > 0 ? std::clamp(net::find_double(step, "value").value_or(0) / most, 0.0, 1.0) : 0;
}

}  // namespace

std::string clip(std::string_view text, std::size_t bytes_max) {
  const std::string_view start = cut_utf8(text, bytes_max);
  std::string line(start);
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (char& c : line) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return start.size() < text.size() ? line + "..." : line;
}

Result<ComfyQueue> parse_queue(std::string_view text) {
  const auto reply = parse_reply("/queue", text);
  if (!reply) return std::unexpected(reply.error());
  const json::array* running = net::find_array(*reply, "queue_running");
  const json::array* pending = net::find_array(*reply, "queue_pending");
  if (!running || !pending) return fail(Errc::bad_reply, "the queue of ComfyUI has no queue_running and queue_pending");
  return ComfyQueue{sorted_ids(*running), sorted_ids(*pending)};
}

Result<ComfyStats> parse_system_stats(std::string_view text) {
  const auto reply = parse_reply("/system_stats", text);
  if (!reply) return std::unexpected(reply.error());
  const json::array* devices = net::find_array(*reply, "devices");
  const json::value* system = net::find(*reply, "system");
  if (!devices || !system) return fail(Errc::bad_reply, "the system_stats of ComfyUI have no devices and system");
  ComfyStats stats;
  stats.version = net::text_of(*system, "comfyui_version");
  for (const json::value& device : *devices) {
    ComfyDevice read;
    read.name = net::text_of(device, "name");
    read.index = static_cast<int>(net::find_int(device, "index").value_or(0));
    const auto total = net::find_int(device, "vram_total");
    const auto free = net::find_int(device, "vram_free");
    const auto torch_total = net::find_int(device, "torch_vram_total");
    const auto torch_free = net::find_int(device, "torch_vram_free");
    if (!total || !free || !torch_total || !torch_free)
      return fail(Errc::bad_reply, "a device of ComfyUI lacks its VRAM");
    if (std::min({*total, *free, *torch_total, *torch_free}) < 0)
      return fail(Errc::bad_reply, "a device of ComfyUI has less than no VRAM");
    const std::string type = net::text_of(device, "type");
    if (type != "cpu" && type != "mps") {  // There the figures are the machine's memory.
      read.total = Bytes{*total};
      read.free = Bytes{std::max<std::int64_t>(0, *free - *torch_free)};
      read.torch_held = Bytes{*torch_total};
    }
    stats.devices.push_back(std::move(read));
  }
  return stats;
}

Result<PromptReply> parse_prompt_reply(unsigned status, std::string_view body) {
  if (status != 200) return std::unexpected(status_error("the workflow", status, body));
  const auto reply = parse_reply("/prompt", body);
  if (!reply) return std::unexpected(reply.error());
  const auto id = net::find_string(*reply, "prompt_id");
  if (!id) return fail(Errc::bad_reply, "ComfyUI took the workflow but named no prompt_id: " + clip(body, 80));
  const json::object* nodes = net::find_object(*reply, "node_errors");
  return PromptReply{*id, nodes ? list_node_errors(*nodes) : ""};
}

SocketHint parse_ws_message(std::string_view text) {
  SocketHint hint;
  const auto message = net::parse_json(text);
  if (!message) return hint;
  const json::value* data = net::find(*message, "data");
  const std::string type = net::text_of(*message, "type");
  if (!data || type == "status") return hint;
  hint.prompt_id = net::text_of(*data, "prompt_id");
  if (hint.prompt_id.empty()) return hint;
  if (type == "progress") {
    hint.nodes[net::text_of(*data, "node")] = fraction(*data);
  } else if (const json::object* nodes = net::find_object(*data, "nodes"); nodes && type == "progress_state") {
    for (const auto& node : *nodes) hint.nodes[std::string(node.key())] = fraction(node.value());
  } else if (const json::array* cached = net::find_array(*data, "nodes"); cached && type == "execution_cached") {
    for (const json::value& node : *cached) {
      if (node.is_string()) hint.nodes[std::string(node.as_string())] = 1;
    }
  }
  const json::value* node = net::find(*data, "node");
  hint.over = type == "execution_success" || type == "execution_interrupted" ||
              (type == "execution_error" && net::text_of(*data, "exception_type") != "ExecutionBlocked") ||
              (type == "executing" && node && node->is_null());
  return hint;
}

std::string format_prompt(std::string_view graph, std::string_view prompt_id, std::string_view client_id) {
  return "{\"prompt\":" + std::string(graph) + ",\"prompt_id\":" + json::serialize(json::string_view(prompt_id)) +
         ",\"client_id\":" + json::serialize(json::string_view(client_id)) + "}";
}

std::map<std::string, double> node_weights(std::string_view graph) {
  std::map<std::string, double> weights;
  const auto parsed = net::parse_json(graph);
  if (!parsed || !parsed->is_object()) return weights;
  for (const auto& node : parsed->as_object()) {
    const json::value* inputs = net::find(node.value(), "inputs");
    const double steps = inputs ? net::find_double(*inputs, "steps").value_or(1) : 1;
    weights[std::string(node.key())] = std::clamp(steps, 1.0, steps_max);
  }
  return weights;
}

Error status_error(std::string_view what, unsigned status, std::string_view body) {
  const std::string subject(what);
  const auto reply = net::parse_json(body);
  const std::string said = reply && reply->is_object() ? describe_refusal(*reply) : "";
  const std::string text = said.empty() ? clip(body, 120) : said;
  const std::string answer = " (status " + std::to_string(status) + ")" + (text.empty() ? "" : ": " + text);
  if (status == 400) return {Errc::refused, "ComfyUI refuses " + subject + (text.empty() ? "" : ": " + text)};
  if (status == 403) return {Errc::refused, "ComfyUI forbids " + subject + answer};
  if (status == 404) return {Errc::not_found, "ComfyUI does not know " + subject + answer};
  if (status == 413) return {Errc::refused, "ComfyUI finds " + subject + " too large" + answer};
  if (status >= 502 && status <= 504) return {Errc::unreachable, "nobody answers for ComfyUI" + answer};
  return {Errc::bad_reply, "ComfyUI broke on " + subject + answer};
}

}  // namespace malin::adapters
