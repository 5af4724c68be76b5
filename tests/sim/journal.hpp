// The story of a simulation in words: every line has its moment. The newest are kept, or all.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "core/time.hpp"

namespace malin::sim {

class Journal {
 public:
  static constexpr std::size_t kept = 50;

  // Called with every line. May be empty.
  std::function<void(const std::string&)> on_line;

  void tell(TimePoint at, std::string text) {
    if (on_line) on_line(format(at, text));
    lines_.emplace_back(at, std::move(text));
    if (lines_.size() > kept) lines_.pop_front();
  }

  // The newest lines, oldest first.
  std::string newest() const {
    std::string all;
    for (const auto& [at, text] : lines_) all += format(at, text) + '\n';
    return all;
  }

 private:
  static std::string format(TimePoint at, const std::string& text) {
    return format_time(at).substr(11, 12) + "  " + text;
  }
  std::deque<std::pair<TimePoint, std::string>> lines_;
};

}  // namespace malin::sim
