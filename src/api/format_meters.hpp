// The part of /metrics that counts: what has happened since the daemon started.
#pragma once

#include "api/exposition.hpp"
#include "control/meters.hpp"
#include "core/situation.hpp"

namespace malin::api {

// What can be counted is there from the first look on, as 0, so that its first growth is seen. Labels are names of the
// config and words of the program alone.
void add_meters(const Situation& situation, const control::Meters& meters, Exposition& out);

}  // namespace malin::api
