// A made-up day for whoever has no recorded one: she is talked to in nine sittings from the morning to the night, and
// asked for media now and then, often for several at once. Always the same day for the same kinds.
#pragma once

#include "app/rehearsal/trace.hpp"

namespace malin::app::rehearsal {

// REQUIRES: the config has a kind.
Trace typical_day(const Config& config);

}  // namespace malin::app::rehearsal
