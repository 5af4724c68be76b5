// Brings to the person what is owed: the status line of a job, then its media in the same message; notices.
#pragma once

#include <cstdint>
#include <set>

#include "core/draft.hpp"

namespace malin {

void deliver(const Situation& situation, Draft& draft);

// A send that cannot be repeated safely is counted in the ledger before it is begun, so that a crash leaves no doubt
// unknown. Brings `armed` (Observation::armed) to the state after `changes`; `before`: the ledger without them.
void follow_armed(const Ledger& before, const Changes& changes, std::set<std::int64_t>& armed);

}  // namespace malin
