// What the phases of a window share (core/window.hpp).
#pragma once

#include <string>
#include <vector>

#include "core/draft.hpp"
#include "core/readiness.hpp"

namespace malin {

void move_to(const Situation& situation, const Window& window, WindowPhase phase, std::string reason, Draft& draft);

std::vector<const Absence*> absences_of(const Situation& situation, const Window& window);

// The next job that this window can serve with the senses that are away already, and those of them that it needs away.
struct NextJob {
  const Job* job = nullptr;
  std::vector<std::string> needed;
};
NextJob next_job(const Situation& situation, const Window& window, const RendererSpec& renderer);
std::vector<std::string> surplus_absences(const Situation& situation, const Window& window, const NextJob& next);

// The way back. releasing: the renderer gives its memory back, then narrows the window or ends it.
void release(const Situation& situation, const RendererSpec& renderer, const Window& window, Draft& draft);
// returning: everyone comes back, is compared with how they left, and the window closes.
void bring_everyone_back(const Situation& situation, const std::vector<SenseView>& senses, const Window& window,
                         Draft& draft);

}  // namespace malin
