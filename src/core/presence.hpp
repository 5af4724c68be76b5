// When a window may open: between turns, never inside one.
#pragma once

#include <optional>
#include <string>

#include "core/situation.hpp"

namespace malin {

struct Opening {
  bool is_now = false;
  TimePoint ask_again{};   // When it is not: the earliest moment at which the answer may be another.
  std::string why;         // When it is not, for people.
  bool wants_gap = false;  // The job's patience is over and only turns are in its way: no new one should begin.
};

// How the talk stands, which is the same for every job.
struct Talk {
  std::optional<TimePoint> turns_end;       // The latest of the open turns; empty: none is open.
  bool is_generating = false;               // Someone's generation that nobody announced as a turn counts as one.
  TimePoint back_since = TimePoint::min();  // When she was last whole again after a window, if there was one.
};
Talk look_at_talk(const Situation& situation);

// An idle stretch of `idle_grace` is preferred; once `job` has waited for its kind's patience any gap will do.
Opening plan_opening(const Situation& situation, const Talk& talk, const Job& job, const KindSpec& kind);

}  // namespace malin
