// How long things will take, judged by how long the like of them took before. Guesses for people; nothing is decided by
// them. What has no precedent has no estimate.
#pragma once

#include <map>
#include <optional>

#include "core/situation.hpp"

namespace malin {

struct Estimates {
  std::map<JobId, Duration> until_rendered;  // Jobs that are rendering or queued, talk and patience left out.
  std::optional<Duration> until_back;        // Of the open windows: until the last sense is back. Empty: none is open.
};

Estimates estimate(const Situation& situation);

}  // namespace malin
