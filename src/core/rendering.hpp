// Follows the one render that is under way on a renderer, from its committed prompt id to its media.
#pragma once

#include "core/draft.hpp"

namespace malin {

// `window`: the open window of the card, or nullptr for a render that needed none. REQUIRES: job.state == rendering.
void follow_render(const Situation& situation, const Job& job, const RendererSpec& renderer, const Window* window,
                   Draft& draft);

// Stops renders that the renderer still has and that no job waits for any more.
void stop_strays(const Situation& situation, const RendererSpec& renderer, Draft& draft);

}  // namespace malin
