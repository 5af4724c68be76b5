// Between two lives of the daemon somebody may have set the wall clock back. Then the ledger speaks of times that have
// not come, and every limit that is counted from them would be too long.
#pragma once

#include "core/draft.hpp"

namespace malin {

// Brings all that should have happened already to `now`, and what is to come to its longest distance from it. A window
// that seems to open in the future ends its renders at once, for nobody knows how long it has been open.
// false, and nothing changes, while the clock runs as it should.
bool straighten_times(const Situation& situation, Draft& draft);

}  // namespace malin
