// How long things will take, judged by how long the like of them took before. Guesses for people; all that is decided
// by one is that a window with little time left begins no render that would be cut off. What has no precedent has no
// estimate.
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

// Of this kind, from its submission to its media: the median of those that the ledger still has.
std::optional<Duration> usual_render(const Ledger& ledger, const std::string& kind);

}  // namespace malin
