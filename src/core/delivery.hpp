// Brings to the person what is owed: the status line of a job, then its media in the same message; notices.
#pragma once

#include "core/draft.hpp"

namespace malin {

void deliver(const Situation& situation, Draft& draft);

}  // namespace malin
