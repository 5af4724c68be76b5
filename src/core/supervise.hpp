// The supervisor: makes the senses that are there equal to the senses that are wanted,
//
//     wanted senses = configured senses - recorded absences
//
// and knows no other reason to load or unload. Residents that are right are adopted, never reloaded.
#pragma once

#include "core/draft.hpp"
#include "core/readiness.hpp"

namespace malin {

void supervise(const Situation& situation, const std::vector<SenseView>& senses, Draft& draft);

// How this sense is to be loaded: as it was last seen ready, else as configured.
Resident wanted_resident(const Situation& situation, const SenseSpec& sense);

}  // namespace malin
