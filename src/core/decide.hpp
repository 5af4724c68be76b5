// The heart: looks at how things stand and says what to write down and what to do. Pure; the same input gives the same
// decision. What just happened does not matter, only how things are.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/action.hpp"
#include "core/change.hpp"
#include "core/config.hpp"
#include "core/observation.hpp"

namespace malin {

struct Decision {
  // One transaction. When there are any, decide again once they are committed; the actions beside them are those that
  // need no promise, so they are started meanwhile: looks, loads, servers, releases.
  Changes changes;
  std::vector<Action> actions;         // In the order they must start.
  std::optional<TimePoint> wake_at;    // Look again then, even if nothing happens.
  std::map<JobId, std::string> waits;  // Why each queued job is not running yet, for people.
  bool opens_window = false;           // `changes` open or widen a window: the gate of presence must close first.
  std::vector<std::string> gap_for;    // These senses go as soon as she has said what she is saying: no turn begins.
};

Decision decide(const Config& config, const Ledger& ledger, const Observation& seen,
                const std::vector<InFlight>& in_flight, TimePoint now);

}  // namespace malin
