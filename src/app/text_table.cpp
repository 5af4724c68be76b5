#include "app/text_table.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <unistd.h>

namespace malin::app {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t last_column_min = 20;

const char* escape_of(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "";
    case Colour::green:
      return "\x1b[32m";
    case Colour::amber:
      return "\x1b[33m";
    case Colour::red:
      return "\x1b[31m";
    case Colour::blue:
      return "\x1b[34m";
    case Colour::cyan:
      return "\x1b[36m";
    case Colour::magenta:
      return "\x1b[35m";
    case Colour::faint:
      return "\x1b[2m";
  }
  return "";
}

bool is_inside_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// What brings `text` to that width.
std::string padding(std::string_view text, std::size_t columns) {
  const std::size_t has = columns_of(text);
  return std::string(has < columns ? columns - has : 0, ' ');
}

}  // namespace

bool can_repaint(std::FILE* file) {
  const char* terminal = std::getenv("TERM");
  return ::isatty(::fileno(file)) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

bool wants_colour(std::FILE* file) {
  const char* refused = std::getenv("NO_COLOR");
  return can_repaint(file) && (refused == nullptr || *refused == '\0');
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [text](std::size_t place) { return static_cast<unsigned char>(text[place]); };
    // U+0080 to U+009F: to a terminal as good as an escape.
    const bool is_c1 = at(i) == 0xC2 && i + 1 < text.size() && at(i + 1) >= 0x80 && at(i + 1) < 0xA0;
    out += at(i) < 0x20 || at(i) == 0x7F || is_c1 ? ' ' : text[i];
    if (is_c1) ++i;
  }
  return out;
}

std::string paint(std::string_view text, Colour colour, bool is_coloured) {
  if (!is_coloured || colour == Colour::none) return std::string(text);
  return escape_of(colour) + std::string(text) + "\x1b[0m";
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_inside_character(c); }));
}

std::string shorten(std::string_view text, std::size_t columns) {
  std::string whole = printable(text);
  if (columns_of(whole) <= columns) return whole;
  const std::size_t kept = columns > 3 ? columns - 3 : 0;
  std::size_t at = 0;
  for (std::size_t seen = 0; at < whole.size(); ++at) {
    if (!is_inside_character(whole[at]) && seen++ == kept) break;
  }
  while (at > 0 && whole[at - 1] == ' ') --at;
  return whole.substr(0, at) + std::string(std::min<std::size_t>(columns, 3), '.');
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  const std::string whole = printable(text);
  std::size_t at = 0;
  while (at < whole.size()) {
    const std::size_t end = std::min(whole.find(' ', at), whole.size());
    const std::string word = whole.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (lines.empty() || columns_of(lines.back()) + 1 + columns_of(word) > columns)
      lines.push_back(word);
    else
      lines.back() += " " + word;
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i].text));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line(indent_, ' ');
    std::size_t used = indent_;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      line += paint(printable(row[i].text), row[i].colour, is_coloured_) + padding(row[i].text, widths[i] + gap);
      used += widths[i] + gap;
    }
    const std::size_t left = std::max(last_column_min, width_ > used ? width_ - used : 0);
    bool is_first = true;
    for (const std::string& part : wrap(row.empty() ? "" : row.back().text, left)) {
      if (!std::exchange(is_first, false)) line += "\n" + std::string(used, ' ');
      line += paint(part, row.empty() ? Colour::none : row.back().colour, is_coloured_);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace malin::app
