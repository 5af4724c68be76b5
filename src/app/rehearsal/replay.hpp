// A trace lived through once: the production loop in the simulated world, on simulated time. Nothing goes wrong there
// and nobody else is there. The same plan and trace always come to the same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/rehearsal/trace.hpp"
#include "core/ledger.hpp"
#include "world/universe.hpp"

namespace malin::app::rehearsal {

struct ReplayOptions {
  bool swap = true;  // Whether she may be sent away at all.
  Duration turn_expiry{30'000};
};

struct Outcome {
  std::map<std::string, Duration> away;        // By sense, all of its absences together; every sense is named.
  std::vector<std::optional<Duration>> waits;  // Of each job of the trace, from submission to picture; empty: never.
  std::vector<Duration> delays;                // Of each turn, from the wish to talk to its beginning.
  std::vector<Window> windows;                 // Closed or not, in the order of their opening.
  std::map<std::string, std::string> unmade;   // By kind: why the first of its jobs that was not made was not.

  Duration away_in_all() const;
  int jobs_done() const;
  int replies_delayed() const;
};

Outcome replay(const world::UniversePlan& plan, const Trace& trace, const ReplayOptions& options);

}  // namespace malin::app::rehearsal
