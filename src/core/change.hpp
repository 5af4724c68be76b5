// One change of the durable state. A batch of changes is one transaction: the store writes it, then `apply` brings the
// ledger in memory to the same state. Rows are put whole, so a change can be repeated without harm.
#pragma once

#include <variant>
#include <vector>

#include "core/ledger.hpp"

namespace malin {

struct PutJob {
  Job job;
};
struct PutWindow {
  Window window;
};
struct PutAbsence {
  Absence absence;
};
struct DropAbsence {
  std::string sense;
};
struct PutProfile {
  Profile profile;
};
struct PutFootprint {
  Footprint footprint;
};
struct DropFootprint {
  std::string name;
};
struct PutOutbox {
  OutboxItem item;
};
struct PutSettings {
  Settings settings;
};
struct AddEvent {
  Event event;
};

using Change = std::variant<PutJob, PutWindow, PutAbsence, DropAbsence, PutProfile, PutFootprint, DropFootprint,
                            PutOutbox, PutSettings, AddEvent>;
using Changes = std::vector<Change>;

// Brings `ledger` to the state after `changes`. Forgets closed windows and ended jobs beyond the newest hundred of
// each.
void apply(Ledger& ledger, const Changes& changes);

}  // namespace malin
