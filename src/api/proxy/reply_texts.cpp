#include "api/proxy/reply_texts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <span>

#include "api/proxy/json_walk.hpp"

namespace malin::api::proxy {

namespace {

// One place of a text.
struct Place {
  Dialect dialect;
  bool in_stream;
  std::string_view event;  // What "type" at the root must be; empty: anything.
  std::string_view path;   // "*": any element.
  std::string_view type;   // What `type_name` beside it must be; empty: anything.
  bool is_whole;
  std::string_view voice{};  // The path of the number that tells the texts apart; "" : there is one.
};

constexpr auto places = std::to_array<Place>({
    {Dialect::chat, true, "", "choices.*.delta.content", "", false, "choices.*.index"},
    {Dialect::chat, false, "", "choices.*.message.content", "", true},
    {Dialect::text, true, "", "choices.*.text", "", false, "choices.*.index"},
    {Dialect::text, false, "", "choices.*.text", "", true},
    {Dialect::responses, true, "response.output_text.delta", "delta", "", false, "output_index"},
    {Dialect::responses, true, "response.output_text.done", "text", "", true},
    {Dialect::responses, true, "response.content_part.done", "part.text", "output_text", true},
    {Dialect::responses, true, "response.output_item.done", "item.content.*.text", "output_text", true},
    {Dialect::responses, true, "response.completed", "response.output.*.content.*.text", "output_text", true},
    {Dialect::responses, true, "response.incomplete", "response.output.*.content.*.text", "output_text", true},
    {Dialect::responses, false, "", "output.*.content.*.text", "output_text", true},
    {Dialect::messages, true, "content_block_delta", "delta.text", "text_delta", false, "index"},
    {Dialect::messages, false, "", "content.*.text", "text", true},
    {Dialect::lmstudio, true, "message.delta", "content", "", false},
    {Dialect::lmstudio, true, "chat.end", "result.output.*.content", "message", true},
    {Dialect::lmstudio, false, "", "output.*.content", "message", true},
});

constexpr auto fragments = std::to_array<Place>(
    {{Dialect::other, true, "channelSend", "message.fragment.content", "none", false, "channelId"}});

// Whether `path` is `pattern`, from its root on; `last` stands for the pattern's last name, when it is not empty.
bool matches(const JsonPath& path, std::string_view pattern, std::string_view last = {}) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern.empty()) return false;
    const auto dot = pattern.find('.');
    const bool is_last = dot == std::string_view::npos;
    std::string_view name = pattern.substr(0, dot);
    if (is_last && !last.empty()) name = last;
    if (name == "*" ? path[i].index < 0 : path[i].index >= 0 || path[i].key != name) return false;
    pattern = is_last ? std::string_view() : pattern.substr(dot + 1);
  }
  return pattern.empty();
}

// The indices on the way: what stands beside one another has the same. No place above has more.
using Indices = std::array<int, 4>;

Indices indices_of(const JsonPath& path) {
  Indices indices{};
  auto next = indices.begin();
  for (const JsonStep& step : path)
    if (step.index >= 0 && next != indices.end()) *next++ = step.index;
  return indices;
}

struct Candidate {
  const Place* place;
  Indices indices;
  JsonScalar scalar;
};

struct Mark {
  const Place* place;
  Indices indices;
  std::string_view value;
};

const Mark* find_mark(const std::vector<Mark>& marks, const Candidate& candidate) {
  const auto found = std::ranges::find_if(
      marks, [&](const Mark& mark) { return mark.place == candidate.place && mark.indices == candidate.indices; });
  return found == marks.end() ? nullptr : &*found;
}

int number_of(const Mark* mark) {
  int number = 0;
  if (mark != nullptr) std::from_chars(mark->value.data(), mark->value.data() + mark->value.size(), number);
  return number;
}

std::vector<ReplyText> find(std::span<const Place> table, Dialect dialect, bool in_stream, std::string_view type_name,
                            std::string_view json) {
  std::vector<Candidate> candidates;
  std::vector<Mark> types;
  std::vector<Mark> voices;
  std::string_view event;
  const auto on_scalar = [&](const JsonPath& path, JsonScalar scalar) {
    const std::string_view raw = json.substr(scalar.begin, scalar.end - scalar.begin);
    if (path.size() == 1 && path.front().key == "type") event = raw;
    for (const Place& place : table) {
      if (place.dialect != dialect || place.in_stream != in_stream) continue;
      if (scalar.is_string && matches(path, place.path)) candidates.push_back({&place, indices_of(path), scalar});
      if (!place.type.empty() && matches(path, place.path, type_name)) types.push_back({&place, indices_of(path), raw});
      if (!place.voice.empty() && matches(path, place.voice)) voices.push_back({&place, indices_of(path), raw});
    }
  };
  walk_json(json, std::ref(on_scalar));  // Copied, it would take memory for every token.
  std::vector<ReplyText> texts;
  for (const Candidate& candidate : candidates) {
    const Place& place = *candidate.place;
    if (!place.event.empty() && event != place.event) continue;
    const Mark* type = find_mark(types, candidate);
    if (!place.type.empty() && (type == nullptr || type->value != place.type)) continue;
    texts.push_back({.voice = number_of(find_mark(voices, candidate)),
                     .is_whole = place.is_whole,
                     .begin = candidate.scalar.begin,
                     .end = candidate.scalar.end});
  }
  return texts;
}

}  // namespace

std::vector<ReplyText> find_texts(Dialect dialect, bool in_stream, std::string_view json) {
  return find(places, dialect, in_stream, "type", json);
}

std::vector<ReplyText> find_fragment(std::string_view json) {
  return find(fragments, Dialect::other, true, "reasoningType", json);
}

}  // namespace malin::api::proxy
