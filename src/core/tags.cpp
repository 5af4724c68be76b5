#include "core/tags.hpp"

#include <algorithm>
#include <optional>

namespace malin {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_tag(std::string_view text, std::string_view tag) {
  return text.size() >= tag.size() &&
         std::ranges::equal(text.substr(0, tag.size()), tag, [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

struct Tag {
  TagRequest request;
  std::size_t length;  // With both brackets.
};

// The tag that begins at text[0] == '['.
std::optional<Tag> read_tag(std::string_view text, std::span<const KindSpec> kinds) {
  for (const KindSpec& kind : kinds) {
    if (kind.tag.empty() || !starts_with_tag(text.substr(1), kind.tag)) continue;
    std::size_t at = 1 + kind.tag.size();
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    if (at >= text.size() || text[at] != ':') continue;
    const std::size_t begin = ++at;
    int depth = 1;
    for (; at < text.size(); ++at) {
      if (text[at] == '[') ++depth;
      if (text[at] == ']' && --depth == 0) break;
    }
    if (depth != 0) continue;
    const std::string_view prompt = trim(text.substr(begin, at - begin));
    if (prompt.empty()) continue;
    return Tag{.request = {.kind = kind.name, .prompt = std::string(prompt)}, .length = at + 1};
  }
  return std::nullopt;
}

bool ends_with_blank_line(const std::string& text) {
  const auto last = text.find_last_not_of(" \t");
  return last == std::string::npos || text[last] == '\n';
}

// After a tag was cut: closes the gap it left between `out` and the rest. Returns how much of the rest goes with it.
std::size_t close_gap(std::string& out, std::string_view rest) {
  const auto next = rest.find_first_not_of(" \t");
  const bool line_ends = next == std::string_view::npos || rest[next] == '\n' || rest[next] == '\r';
  if (line_ends && ends_with_blank_line(out)) {
    out.erase(out.find_last_not_of(" \t") + 1);
    if (next == std::string_view::npos) return rest.size();
    const auto newline = rest.find('\n', next);
    return newline == std::string_view::npos ? rest.size() : newline + 1;
  }
  const bool blank_before = out.empty() || out.back() == ' ' || out.back() == '\n';
  return blank_before && !rest.empty() && rest.front() == ' ' ? 1 : 0;
}

}  // namespace

CutReply cut_tags(std::string_view reply, std::span<const KindSpec> kinds) {
  CutReply cut;
  while (!reply.empty()) {
    if (reply.front() == '[') {
      if (const auto tag = read_tag(reply, kinds)) {
        cut.requests.push_back(tag->request);
        reply.remove_prefix(tag->length);
        reply.remove_prefix(close_gap(cut.text, reply));
        continue;
      }
    }
    cut.text.push_back(reply.front());
    reply.remove_prefix(1);
  }
  if (!cut.requests.empty()) cut.text.erase(cut.text.find_last_not_of(" \t\n\r") + 1);
  return cut;
}

}  // namespace malin
