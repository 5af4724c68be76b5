// What the phases of a window share (core/window.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/draft.hpp"
#include "core/readiness.hpp"

namespace malin {

void move_to(const Situation& situation, const Window& window, WindowPhase phase, std::string reason, Draft& draft);

std::vector<const Absence*> absences_of(const Situation& situation, const Window& window);

// Notes when each sense left and was ready again. Whether there was anything to note.
bool note_returns(const Situation& situation, const std::vector<SenseView>& senses, const Window& window, Draft& draft);

// Why no further render may begin in this window ("" when its row says so already); nullopt when one may.
std::optional<std::string> reason_to_end(const Situation& situation, const Window& window,
                                         const RendererSpec& renderer);

// What this window can still serve with the senses that are away already.
struct Prospect {
  // The next one; nullptr: none. Of those with the highest priority the neediest, so that senses come back one by one
  // as soon as no job needs them away; then the oldest.
  const Job* job = nullptr;
  std::vector<std::string> needed;  // The absent senses that this job or one after it needs away.
  Bytes need;                       // The largest of all these jobs.
};
Prospect plan_rest(const Situation& situation, const std::vector<SenseView>& senses, const Window& window,
                   const RendererSpec& renderer);
std::vector<std::string> surplus_absences(const Situation& situation, const Window& window, const Prospect& rest);

// The way back. releasing: the renderer gives its memory back, then narrows the window or ends it.
void release(const Situation& situation, const std::vector<SenseView>& senses, const RendererSpec& renderer,
             const Window& window, Draft& draft);
// returning: everyone comes back, is compared with how they left, and the window closes.
void bring_everyone_back(const Situation& situation, const std::vector<SenseView>& senses, const Window& window,
                         Draft& draft);

}  // namespace malin
