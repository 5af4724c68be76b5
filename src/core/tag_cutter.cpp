#include "core/tag_cutter.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/ascii.hpp"

namespace malin {

namespace {

constexpr std::size_t gap_bytes_max = 256;  // More blanks than that, before or after a tag, are text.
constexpr std::string_view blanks = " \t";

enum class Found { tag, text, unknown };  // unknown: it takes more of the text to tell.

struct Tag {
  Found found = Found::text;
  TagRequest request{};
  std::size_t length = 0;  // With both brackets.
};

// The tag of this kind that begins at text[0] == '['.
Tag read_tag(std::string_view text, const KindSpec& kind) {
  const std::size_t given = std::min(text.size() - 1, kind.tag.size());
  const bool is_same = is_same_word(text.substr(1, given), std::string_view(kind.tag).substr(0, given));
  if (kind.tag.empty() || !is_same) return {};
  std::size_t at = 1 + kind.tag.size();
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  if (at >= text.size()) return {.found = Found::unknown};
  if (text[at] != ':') return {};
  const std::size_t begin = ++at;
  int depth = 1;
  for (; at < text.size(); ++at) {
    if (text[at] == '[') ++depth;
    if (text[at] == ']' && --depth == 0) break;
  }
  if (depth != 0) return {.found = Found::unknown};
  const std::string_view prompt = trim(text.substr(begin, at - begin));
  if (prompt.empty()) return {};
  return {.found = Found::tag, .request = {.kind = kind.name, .prompt = std::string(prompt)}, .length = at + 1};
}

Tag read_tag(std::string_view text, std::span<const KindSpec> kinds) {
  Tag best;
  for (const KindSpec& kind : kinds) {
    Tag tag = read_tag(text, kind);
    if (tag.found == Found::tag) return tag;
    if (tag.found == Found::unknown) best = std::move(tag);
  }
  return best;
}

}  // namespace

TagCutter::TagCutter(std::span<const KindSpec> kinds, std::size_t tag_bytes_max)
    : kinds_(kinds), tag_bytes_max_(tag_bytes_max) {}

void TagCutter::feed(std::string_view text) {
  if (pending_.empty() && !is_after_tag_) {
    const std::size_t plain = std::min(text.find('['), text.size());
    keep(text.substr(0, plain));
    text.remove_prefix(plain);
  }
  if (text.empty()) return;
  pending_.append(text);
  work(false);
}

void TagCutter::finish() {
  work(true);
  is_after_tag_ = false;
  end_blank_line();
}

void TagCutter::work(bool is_over) {
  for (bool goes_on = true; goes_on && begin_ < pending_.size();) {
    if (is_after_tag_) {
      goes_on = close_gap(is_over);
    } else if (rest().front() == '[') {
      goes_on = take_bracket(is_over);
    } else {
      keep_some(std::min(rest().find('['), rest().size()));
    }
  }
  pending_.erase(0, begin_);
  begin_ = 0;
}

// A line that held nothing but tags goes whole; of two blanks around a tag one goes. false: more must come first.
bool TagCutter::close_gap(bool is_over) {
  const std::string_view gap = rest().substr(0, gap_bytes_max);
  const auto next = gap.find_first_not_of(blanks);
  const bool is_cut_short = gap.size() < gap_bytes_max && !is_over;
  if (next == std::string_view::npos && is_cut_short) return false;
  const bool ends_with_cr = next != std::string_view::npos && gap[next] == '\r' && next + 1 == gap.size();
  if (ends_with_cr && is_cut_short) return false;
  is_after_tag_ = false;
  std::size_t line_end = std::string_view::npos;  // Of a line of which nothing else is left.
  if (next == std::string_view::npos || ends_with_cr) {
    if (is_over && rest().size() == gap.size()) line_end = gap.size();
  } else if (gap[next] == '\n') {
    line_end = next + 1;
  } else if (gap[next] == '\r' && gap[next + 1] == '\n') {
    line_end = next + 2;
  }
  const bool is_blank_before = last_kept_ == '\0' || last_kept_ == '\n' || last_kept_ == ' ';
  if (is_blank_line_ && line_end != std::string_view::npos) {
    begin_ += line_end;
    at_ += line_end;
    cuts_.push_back({.begin = line_begin_, .end = at_});
    line_begin_ = at_;
    line_blanks_ = 0;
    line_cuts_.clear();
    if (last_kept_ == ' ' || last_kept_ == '\t') last_kept_ = '\n';
  } else if (is_blank_before && gap.front() == ' ') {
    cut_some(1);
  }
  return true;
}

bool TagCutter::take_bracket(bool is_over) {
  const std::string_view text = rest().substr(0, tag_bytes_max_);
  Tag tag = read_tag(text, kinds_);
  if (tag.found == Found::unknown && !is_over && text.size() < tag_bytes_max_) return false;
  if (tag.found != Found::tag) {
    keep_some(1);
    return true;
  }
  requests_.push_back(std::move(tag.request));
  cut_some(tag.length);
  is_after_tag_ = true;
  return true;
}

void TagCutter::keep_some(std::size_t bytes) {
  keep(rest().substr(0, bytes));
  begin_ += bytes;
}

void TagCutter::keep(std::string_view text) {
  if (text.empty()) return;
  last_kept_ = text.back();
  const auto newline = text.rfind('\n');
  const std::string_view line = newline == std::string_view::npos ? text : text.substr(newline + 1);
  const bool is_blank = line.find_first_not_of(blanks) == std::string_view::npos;
  if (newline != std::string_view::npos) {
    end_blank_line();
    is_blank_line_ = true;
    line_begin_ = at_ + newline + 1;
    line_blanks_ = 0;
  }
  at_ += text.size();
  line_blanks_ += line.size();
  if (is_blank_line_ && (!is_blank || line_blanks_ > gap_bytes_max)) end_blank_line();
}

void TagCutter::cut_some(std::size_t bytes) {
  (is_blank_line_ ? line_cuts_ : cuts_).push_back({.begin = at_, .end = at_ + bytes});
  begin_ += bytes;
  at_ += bytes;
}

// Something stays of this line, or it is over: what was cut of it is cut, and the rest stays.
void TagCutter::end_blank_line() {
  cuts_.insert(cuts_.end(), line_cuts_.begin(), line_cuts_.end());
  line_cuts_.clear();
  is_blank_line_ = false;
}

std::vector<Cut> TagCutter::take_cuts() { return std::exchange(cuts_, {}); }

std::vector<TagRequest> TagCutter::take_requests() { return std::exchange(requests_, {}); }

}  // namespace malin
