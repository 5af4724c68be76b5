#include "api/exposition.hpp"

#include <fmt/format.h>

namespace malin::api {

namespace {

std::string escape(std::string_view label) {
  std::string text;
  for (const char c : label) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text;
}

std::string seconds_text(Duration length) { return fmt::format("{}", static_cast<double>(length.count()) / 1000); }

}  // namespace

void Exposition::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Exposition::add(Labels labels, std::int64_t value) { add_line("", labels, "", fmt::format("{}", value)); }

void Exposition::add_seconds(Labels labels, Duration value) { add_line("", labels, "", seconds_text(value)); }

void Exposition::add(Labels labels, const control::Histogram& histogram) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    count += histogram.counts.at(i);
    const bool is_last = i == histogram.bounds.size();
    add_line("_bucket", labels, is_last ? "+Inf" : seconds_text(histogram.bounds.at(i)), fmt::format("{}", count));
  }
  add_line("_sum", labels, "", seconds_text(histogram.sum));
  add_line("_count", labels, "", fmt::format("{}", count));
}

// `bound`: of a bucket; empty: it is none.
void Exposition::add_line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value) {
  std::string all;
  for (const auto& [name, text] : labels) all += fmt::format("{}{}=\"{}\"", all.empty() ? "" : ",", name, escape(text));
  if (!bound.empty()) all += fmt::format("{}le=\"{}\"", all.empty() ? "" : ",", bound);
  if (!all.empty()) all = "{" + all + "}";
  text_ += fmt::format("{}{}{} {}\n", name_, suffix, all, value);
}

}  // namespace malin::api
