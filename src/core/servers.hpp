// Keeps engines and renderers running, by the commands that the person configured for them, within a budget.
#pragma once

#include "core/draft.hpp"
#include "core/readiness.hpp"

namespace malin {

void keep_servers(const Situation& situation, const std::vector<SenseView>& senses, Draft& draft);

}  // namespace malin
