#include "core/clock_set.hpp"

#include <algorithm>

namespace malin {

namespace {

constexpr Duration postponed_longest{600'000};  // No job is put off for longer at a time.

void not_after(TimePoint& moment, TimePoint latest) { moment = std::min(moment, latest); }
void not_after(std::optional<TimePoint>& moment, TimePoint latest) {
  if (moment) not_after(*moment, latest);
}

Job straightened(Job job, const Situation& s) {
  not_after(job.created_at, s.now);
  not_after(job.started_at, s.now);
  not_after(job.attempt_at, s.now);
  not_after(job.rendered_at, s.now);
  not_after(job.not_before, s.now + std::max(postponed_longest, s.config.swap.abort_hold));
  return job;
}

Window straightened(Window window, const Situation& s) {
  if (window.opened_at > s.now) window.render_until = s.now;
  not_after(window.opened_at, s.now);
  not_after(window.phase_at, s.now);
  not_after(window.render_until, s.now + s.config.swap.absence_limit);
  for (auto& [sense, leave] : window.leaves) {
    not_after(leave.since, s.now);
    not_after(leave.back_at, s.now);
  }
  return window;
}

Absence straightened(Absence absence, const Situation& s) {
  not_after(absence.since, s.now);
  not_after(absence.deadline, s.now + s.config.swap.absence_limit);
  return absence;
}

Footprint straightened(Footprint footprint, const Situation& s) {
  not_after(footprint.measured_at, s.now);
  not_after(footprint.ran_out_at, s.now);
  return footprint;
}

}  // namespace

bool straighten_times(const Situation& s, Draft& draft) {
  Changes changes;
  for (const auto& [id, job] : s.ledger.jobs)
    if (Job right = straightened(job, s); !is_over(job.state) && right != job) changes.push_back(PutJob{right});
  for (const auto& [id, window] : s.ledger.windows)
    if (Window right = straightened(window, s); window.phase != WindowPhase::closed && right != window)
      changes.push_back(PutWindow{right});
  for (const auto& [sense, absence] : s.ledger.absences)
    if (Absence right = straightened(absence, s); absence.window != 0 && right != absence)
      changes.push_back(PutAbsence{right});
  for (const auto& [name, footprint] : s.ledger.footprints)
    if (Footprint right = straightened(footprint, s); right != footprint) changes.push_back(PutFootprint{right});
  Settings settings = s.ledger.settings;
  not_after(settings.hold_until, s.now + s.config.swap.abort_hold);
  if (settings != s.ledger.settings) changes.push_back(PutSettings{settings});
  if (changes.empty()) return false;
  for (Change& change : changes) draft.change(std::move(change));
  draft.tell("clock", "", "the clock was set back; what is open is counted from now");
  return true;
}

}  // namespace malin
