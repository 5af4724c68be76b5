// Keeps the observation fresh: probes what is due, more often while something is changing.
#pragma once

#include "core/draft.hpp"
#include "core/readiness.hpp"

namespace malin {

void watch(const Situation& situation, const std::vector<SenseView>& senses, Draft& draft);

}  // namespace malin
