// The message that tells the person of a job, until it becomes the media.
#pragma once

#include <string>

#include "core/buttons.hpp"
#include "core/situation.hpp"

namespace malin {

// What it says from the job's acceptance to its first render.
inline constexpr const char* queued_line = "It is in the queue; I begin at the next quiet moment.";

// What it says now, of a job that is queued or rendering.
std::string status_line(const Situation& situation, const OutboxItem& item, const Job& job);

// Cancel while it is under way, try again after a failure; none unless the line is live (CourierSpec).
Buttons buttons_for(const Config& config, const Job& job);

}  // namespace malin
