// What was asked of her, and when: the turns in which she talked and the jobs that came in. No word of either is in it.
// As text it is one JSON object a line, in any order:
//
//   {"at":"2026-11-24T21:04:11.250Z","turn":"brain","seconds":6.4}      "turn": the sense that talked; "" when unknown
//   {"at":"2026-11-24T21:04:18.002Z","job":"selfie","priority":1}       "priority" may be left out
#pragma once

#include <compare>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"

namespace malin::app::rehearsal {

struct TracedTurn {
  TimePoint at{};  // When somebody first wanted to talk to her.
  Duration length{};
  std::string sense;  // Empty: any.

  auto operator<=>(const TracedTurn&) const = default;
};

struct TracedJob {
  TimePoint at{};
  std::string kind;
  int priority = 0;

  auto operator<=>(const TracedJob&) const = default;
};

// Both in the order of time.
struct Trace {
  std::vector<TracedTurn> turns;
  std::vector<TracedJob> jobs;

  bool is_empty() const { return turns.empty() && jobs.empty(); }
  TimePoint begins_at() const;
  TimePoint ends_at() const;  // When the last turn is over, or the last job comes in.
};

struct TraceProblem {
  int line = 0;
  std::string text;

  bool operator==(const TraceProblem&) const = default;
};

constexpr std::size_t trace_problems_max = 20;
constexpr Duration turn_length_max = std::chrono::days(1);
constexpr Duration trace_span_max = std::chrono::days(31);  // Every moment of it is lived, several times.

// Every line that is not right, or the first `trace_problems_max` of them; kinds and senses are those of the config.
// What stands after the last line break was torn by the end of a process and is left out, unless it is whole.
std::expected<Trace, std::vector<TraceProblem>> parse_trace(std::string_view text, const Config& config);

// With the line break.
std::string format_line(const TracedTurn& turn);
std::string format_line(const TracedJob& job);

}  // namespace malin::app::rehearsal
