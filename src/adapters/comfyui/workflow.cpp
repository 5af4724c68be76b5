#include "adapters/comfyui/workflow.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>

#include "net/json.hpp"

namespace malin::adapters {

namespace json = net::json;

namespace {

struct Placeholder {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string name;
  std::optional<std::string> fallback;
};

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (text.empty() || !letter(text.front())) return false;
  return std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The first slot at or after `from`. Braces that enclose no name are ordinary text.
std::optional<Placeholder> next_placeholder(std::string_view text, std::size_t from) {
  for (;;) {
    const std::size_t begin = text.find("{{", from);
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t close = text.find("}}", begin + 2);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text.substr(begin + 2, close - begin - 2);
    const std::size_t equals = inside.find('=');
    const std::string_view name = trim(inside.substr(0, equals));
    if (is_name(name)) {
      Placeholder found{begin, close + 2, std::string(name), std::nullopt};
      if (equals != std::string_view::npos) found.fallback = std::string(inside.substr(equals + 1));
      return found;
    }
    from = begin + 1;
  }
}

bool is_text_slot(std::string_view name) { return name == "prompt" || name == "negative"; }

bool is_number_slot(std::string_view name) {
  static constexpr std::array<std::string_view, 11> names = {"seed", "width", "height",  "steps", "frames",    "length",
                                                             "fps",  "cfg",   "denoise", "shift", "batch_size"};
  return std::ranges::find(names, name) != names.end();
}

std::optional<json::value> parse_number(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::int64_t integer = 0;
  if (const auto [at, ec] = std::from_chars(begin, end, integer); ec == std::errc() && at == end) return integer;
  std::uint64_t large = 0;
  if (const auto [at, ec] = std::from_chars(begin, end, large); ec == std::errc() && at == end) return large;
  double real = 0;
  const auto [at, ec] = std::from_chars(begin, end, real);
  if (ec == std::errc() && at == end && std::isfinite(real)) return real;
  return std::nullopt;
}

// The value of a slot that stands alone.
Result<json::value> typed(const std::string& name, const std::optional<std::string>& fallback,
                          const std::string& text) {
  if (is_text_slot(name)) return json::value(text);
  if (fallback && (*fallback == "true" || *fallback == "false")) {
    if (text == "true" || text == "false") return json::value(text == "true");
    return fail(Errc::refused, "slot " + name + " wants true or false, not \"" + text + "\"");
  }
  if (!is_number_slot(name) && !(fallback && parse_number(*fallback))) return json::value(text);
  if (auto number = parse_number(text)) return std::move(*number);
  return fail(Errc::refused, "slot " + name + " wants a number, not \"" + text + "\"");
}

// Calls `visit` on every string in `value`, at any depth; stops at the first error.
Result<void> for_each_string(json::value& value, const std::function<Result<void>(json::value&)>& visit) {
  if (value.is_string()) return visit(value);
  if (auto* array = value.if_array()) {
    for (json::value& item : *array) {
      if (auto done = for_each_string(item, visit); !done) return done;
    }
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) {
      if (auto done = for_each_string(member.value(), visit); !done) return done;
    }
  }
  return {};
}

Result<void> for_each_input(json::value& graph, const std::function<Result<void>(json::value&)>& visit) {
  for (auto& node : graph.as_object()) {
    if (auto done = for_each_string(node.value().as_object()["inputs"], visit); !done) return done;
  }
  return {};
}

std::string position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t start = before.rfind('\n');
  const std::size_t column = start == std::string_view::npos ? offset + 1 : offset - start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

Result<json::value> parse_at(std::string_view text) {
  json::stream_parser parser;
  json::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) error = json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) return fail(Errc::refused, "not JSON: " + error.message() + " at " + position(text, read));
  json::value value = parser.release();
  if (!net::is_finite(value)) return fail(Errc::refused, "not JSON: a number that is too large");
  return value;
}

Result<void> check_graph(const json::value& graph) {
  if (!graph.is_object()) return fail(Errc::refused, "not a workflow: the file must hold one JSON object");
  if (net::find_array(graph, "nodes") && graph.as_object().contains("links")) {
    return fail(Errc::refused,
                "this is the editor's own format: in ComfyUI choose Workflow, Export (API), and use that file");
  }
  if (graph.as_object().empty()) return fail(Errc::refused, "the workflow has no nodes");
  for (const auto& node : graph.as_object()) {
    if (net::find_string(node.value(), "class_type") && net::find_object(node.value(), "inputs")) continue;
    return fail(Errc::refused,
                "node \"" + std::string(node.key()) + "\" has no class_type and inputs: not a workflow in API format");
  }
  return {};
}

Result<void> add_slots(SlotDefaults& slots, std::string_view text) {
  for (auto slot = next_placeholder(text, 0); slot; slot = next_placeholder(text, slot->end)) {
    auto& known = slots[slot->name];
    if (known && slot->fallback && *known != *slot->fallback) {
      return fail(Errc::refused,
                  "slot " + slot->name + " has two defaults: \"" + *known + "\" and \"" + *slot->fallback + "\"");
    }
    if (slot->fallback) known = slot->fallback;
  }
  return {};
}

std::string substitute(std::string_view text, const SlotValues& values) {
  std::string result;
  std::size_t from = 0;
  for (auto slot = next_placeholder(text, 0); slot; slot = next_placeholder(text, slot->end)) {
    result.append(text.substr(from, slot->begin - from)).append(values.at(slot->name));
    from = slot->end;
  }
  return result.append(text.substr(from));
}

// Given values over defaults: exactly one value for every slot.
Result<SlotValues> complete(const SlotDefaults& slots, const SlotValues& given) {
  for (const auto& [name, value] : given) {
    if (!slots.contains(name)) return fail(Errc::refused, "the workflow has no slot {{" + name + "}}");
  }
  SlotValues values = given;
  for (const auto& [name, fallback] : slots) {
    if (values.contains(name)) continue;
    if (!fallback) return fail(Errc::refused, "slot " + name + " has no value and no default");
    values[name] = *fallback;
  }
  return values;
}

}  // namespace

Result<Workflow> parse_workflow(std::string_view text) {
  if (text.size() > workflow_bytes_max) return fail(Errc::refused, "the workflow file is over 4 MiB");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto graph = parse_at(text);
  if (!graph) return std::unexpected(graph.error());
  if (auto checked = check_graph(*graph); !checked) return std::unexpected(checked.error());
  Workflow workflow;
  const auto collect = [&](json::value& value) { return add_slots(workflow.slots_, value.as_string()); };
  if (auto collected = for_each_input(*graph, collect); !collected) return std::unexpected(collected.error());
  if (!workflow.slots_.contains("prompt")) {
    return fail(Errc::refused,
                "no {{prompt}} slot: write \"{{prompt}}\" as the text of the node that takes the prompt");
  }
  if (!workflow.slots_.contains("seed")) {
    return fail(
        Errc::refused,
        "no {{seed}} slot: ComfyUI answers a graph that it has seen before from its cache, with the name of the "
        "old file; write \"{{seed}}\" as the seed of the sampler node");
  }
  workflow.text_ = text;
  return workflow;
}

Result<std::string> fill(const Workflow& workflow, const SlotValues& values) {
  const auto full = complete(workflow.slots_, values);
  if (!full) return std::unexpected(full.error());
  auto graph = parse_at(workflow.text_);
  if (!graph) return std::unexpected(graph.error());
  const auto put = [&](json::value& value) -> Result<void> {
    const std::string text(value.as_string());
    const auto slot = next_placeholder(text, 0);
    if (slot && slot->begin == 0 && slot->end == text.size()) {
      auto whole = typed(slot->name, workflow.slots_.at(slot->name), full->at(slot->name));
      if (!whole) return std::unexpected(whole.error());
      value = std::move(*whole);
    } else if (slot) {
      value = substitute(text, *full);
    }
    return {};
  };
  if (auto filled = for_each_input(*graph, put); !filled) return std::unexpected(filled.error());
  return net::format_json(*graph);
}

}  // namespace malin::adapters
