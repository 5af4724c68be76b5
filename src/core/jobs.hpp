// Steps of one job. Each puts the whole step into the draft: the job's row, its line to the person, the timeline.
#pragma once

#include <string>
#include <vector>

#include "core/draft.hpp"

namespace malin {

// Queued jobs that may run now, in their order: priority, then age.
std::vector<const Job*> queued_jobs(const Situation& situation);

// queued -> rendering, with a fresh prompt id; announces it unless that was done already.
void begin_job(const Situation& situation, const Job& job, Draft& draft);
// Makes sure that the person is told that this job's picture is being taken.
void announce_job(const Situation& situation, const Job& job, Draft& draft);
// rendering -> queued, to be tried again at `not_before` or later.
void put_back(const Situation& situation, const Job& job, std::string reason, TimePoint not_before, Draft& draft);
void fail_job(const Situation& situation, const Job& job, std::string reason, Draft& draft);
// Back to the queue for another attempt, or failed when there were enough.
void retry_or_fail(const Situation& situation, const Job& job, std::string reason, Draft& draft);
void finish_render(const Situation& situation, const Job& job, const Media& media, Draft& draft);

}  // namespace malin
