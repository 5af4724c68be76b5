// What the end of a render teaches about the memory that the like of it wants (core/footprint.hpp).
#pragma once

#include "core/draft.hpp"
#include "core/readiness.hpp"

namespace malin {

// REQUIRES: it succeeded.
void learn_from_success(const Situation& situation, const Job& job, Draft& draft);

// It ran out of memory: the like of it wants more from now on, and it is tried once more where there is more.
void end_out_of_memory(const Situation& situation, const Job& job, Draft& draft);

// Whether no room for this queued job can be waited for: the like of it ran out of memory in less than it wants now,
// everyone who could make room is here, the plan found no more than `most`, and no other program holds what was free
// then, or has for the two hours in which this job waited and nothing was rendered.
// REQUIRES: its renderer is configured.
bool is_beyond_all_room(const Situation& situation, const std::vector<SenseView>& senses, const Job& job, Bytes most);

}  // namespace malin
