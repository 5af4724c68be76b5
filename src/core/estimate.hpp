// How long things will take, judged by how long the like of them took before. Guesses for people; decided by one is
// only that a window with little time left begins no render that would be cut off, and who is missed least
// (core/missed.hpp). What has no precedent has no estimate.
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

// By kind, from a render's submission to its media: the median of those that the ledger still has.
std::map<std::string, Duration> usual_renders(const Ledger& ledger);

}  // namespace malin
