// What the person is answered, in plain text.
#pragma once

#include <map>
#include <string>

#include "core/situation.hpp"

namespace malin {

// Her glow in words, who is away and for how long, each sense that is not ready, the toggle.
std::string status_text(const Situation& situation);

// What is being made and what waits, in the order in which it runs, with why each waits (`waits`, of the decision).
std::string queue_text(const Situation& situation, const std::map<JobId, std::string>& waits);

}  // namespace malin
