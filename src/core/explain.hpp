// How things stand, in lines for people: the same words in the log, the status page and the courier.
#pragma once

#include <string>
#include <vector>

#include "core/readiness.hpp"

namespace malin {

// "all here", "taking a selfie; vision is away (12 s)", "brain is missing: not loaded; ..."
std::string explain(const Situation& situation, const std::vector<SenseView>& senses);

// "vision", "vision and brain", "vision, brain and voice".
std::string list_names(const std::vector<std::string>& names);

// Senses that are away or on their way back, and the latest moment at which all are back. Empty list: none.
struct Away {
  std::vector<std::string> senses;
  std::optional<TimePoint> until;
};
Away who_is_away(const Situation& situation, const std::vector<SenseView>& senses);

}  // namespace malin
