// One swap, from its opening to its closing (the diagram is in core/ledger.hpp).
#pragma once

#include "core/draft.hpp"
#include "core/readiness.hpp"

namespace malin {

// Starts the first job of `queue` that can run: at once where there is room, else by opening a window at an idle
// moment. Leaves in the draft why each of the others waits. Whether it started one.
// REQUIRES: `queue` is what waits for this renderer, in its order; no window and no render on its card.
bool start_or_open(const Situation& situation, const std::vector<SenseView>& senses, const RendererSpec& renderer,
                   const std::vector<const Job*>& queue, Draft& draft);

// The next step of an open window in which no render is under way.
void advance_window(const Situation& situation, const std::vector<SenseView>& senses, const RendererSpec& renderer,
                    const Window& window, Draft& draft);

}  // namespace malin
