#include "control/meters.hpp"

#include <algorithm>
#include <set>
#include <variant>

namespace malin::control {

namespace {

// A row as it is before the next change to it: among those of the same transaction, else in the ledger.
template <class Row, class Rows, class Id>
const Row* find_before(const std::map<Id, const Row*>& newer, const Rows& rows, const Id& id) {
  if (const auto found = newer.find(id); found != newer.end()) return found->second;
  const auto found = rows.find(id);
  return found == rows.end() ? nullptr : &found->second;
}

std::set<std::string> senses_on_leave(const Ledger& ledger) {
  std::set<std::string> away;
  for (const auto& [id, window] : ledger.windows) {
    if (window.phase == WindowPhase::closed) continue;
    for (const auto& [sense, leave] : window.leaves)
      if (!leave.back_at) away.insert(sense);
  }
  return away;
}

bool is_silence(const Error& error) { return error.code == Errc::unreachable || error.code == Errc::timeout; }

FailureReason reason_of_media(const Observation& seen, const JobId& job, const RenderReading& render) {
  const auto collected = seen.collected.find(job);
  if (collected == seen.collected.end()) return render.files.empty() ? FailureReason::media : FailureReason::stopped;
  const auto& error = collected->second.error;
  return error && is_silence(*error) ? FailureReason::unreachable : FailureReason::media;
}

// Of a render that ended without media.
FailureReason reason_of(const Job& job, const Observation& seen) {
  const auto found = seen.renders.find(job.prompt_id);
  if (found == seen.renders.end()) return FailureReason::stopped;
  if (found->second.error) return FailureReason::unreachable;
  const RenderReading& render = *found->second.value;
  switch (render.state) {
    case RenderState::absent: {
      const auto tried = seen.attempts.find("submit " + job.prompt_id);
      if (tried == seen.attempts.end()) return FailureReason::stopped;
      if (!tried->second.error) return FailureReason::lost;
      return is_silence(*tried->second.error) ? FailureReason::unreachable : FailureReason::refused;
    }
    case RenderState::pending:
    case RenderState::running:
      return FailureReason::stopped;
    case RenderState::finished:
      return reason_of_media(seen, job.id, render);
    case RenderState::failed:
      if (render.out_of_memory) return FailureReason::out_of_memory;
      return render.interrupted ? FailureReason::stopped : FailureReason::render_error;
  }
  return FailureReason::stopped;
}

std::optional<FailureReason> failure_of(const Job& before, const Job& after, const Observation& seen) {
  const bool is_tried_again = before.state == JobState::rendering && after.state == JobState::queued;
  if (!is_tried_again && (after.state != JobState::failed || is_over(before.state))) return std::nullopt;
  if (before.state == JobState::rendered) return FailureReason::delivery;
  if (before.state == JobState::queued) return FailureReason::refused;
  if (after.attempts < before.attempts) return FailureReason::no_room;
  return reason_of(before, seen);
}

}  // namespace

void Meters::committed(const Ledger& before, const Changes& changes, const Observation& seen, TimePoint now) {
  for (const std::string& sense : senses_on_leave(before)) away_[sense] += std::max(now - counted_at_, Duration{});
  counted_at_ = now;
  std::map<JobId, const Job*> jobs;
  std::map<WindowId, const Window*> windows_put;
  for (const Change& change : changes) {
    if (const auto* put = std::get_if<PutJob>(&change)) {
      note(find_before(jobs, before.jobs, put->job.id), put->job, seen);
      jobs[put->job.id] = &put->job;
    } else if (const auto* moved = std::get_if<PutWindow>(&change)) {
      note(find_before(windows_put, before.windows, moved->window.id), moved->window, now);
      windows_put[moved->window.id] = &moved->window;
    }
  }
}

void Meters::note(const Job* before, const Job& after, const Observation& seen) {
  if (before == nullptr) return;
  if (!before->started_at && after.started_at) waits[after.kind].observe(*after.started_at - after.created_at);
  if (before->state == JobState::rendering && after.state == JobState::rendered && after.attempt_at &&
      after.rendered_at)
    renders[after.kind].observe(*after.rendered_at - *after.attempt_at);
  if (const auto reason = failure_of(*before, after, seen)) ++failures[*reason];
  if (!is_over(before->state) && is_over(after.state)) ++jobs_ended[{after.kind, after.state}];
}

void Meters::note(const Window* before, const Window& after, TimePoint now) {
  if (before == nullptr || before->phase == WindowPhase::closed) return;
  if (before->phase == WindowPhase::making_room && after.phase != WindowPhase::making_room) {
    std::optional<TimePoint> last;
    for (const std::string& sense : after.evicted) {
      const auto unloaded = unloaded_at_.extract(sense);
      if (!unloaded.empty()) last = std::max(last, std::optional(unloaded.mapped()));
    }
    if (last && after.phase == WindowPhase::rendering) settles.observe(now - *last);
  }
  if (after.phase != WindowPhase::closed) return;
  const bool is_exact = after.restored_exactly.value_or(false);
  ++windows_closed[after.aborted ? WindowOutcome::aborted
                   : is_exact    ? WindowOutcome::restored
                                 : WindowOutcome::changed];
  windows.observe(after.closed_at.value_or(now) - after.opened_at);
}

void Meters::ended(const Action& action, Duration took, const Result<void>& outcome, TimePoint now) {
  const std::string key = key_of(action);
  const std::string verb = key.substr(0, key.find(' '));
  ++actions[{verb, outcome ? "ok" : to_string(outcome.error().code)}];
  if (const auto* load = std::get_if<LoadSense>(&action); load != nullptr && outcome) loads[load->sense].observe(took);
  if (const auto* unload = std::get_if<UnloadResident>(&action); unload != nullptr && outcome && !unload->sense.empty())
    unloaded_at_[unload->sense] = now;
  if (const auto* start = std::get_if<StartServer>(&action)) ++commands[{start->server, "start"}];
  if (const auto* restart = std::get_if<RestartServer>(&action)) ++commands[{restart->server, "restart"}];
  if (verb == "send") is_courier_reached = outcome || !is_silence(outcome.error());
}

Duration Meters::away(const std::string& sense, const Ledger& ledger, TimePoint now) const {
  const auto counted = away_.find(sense);
  const Duration until_then = counted == away_.end() ? Duration{} : counted->second;
  const bool is_away = senses_on_leave(ledger).contains(sense);
  return is_away ? until_then + std::max(now - counted_at_, Duration{}) : until_then;
}

const char* to_string(FailureReason reason) {
  switch (reason) {
    case FailureReason::no_room:
      return "no_room";
    case FailureReason::out_of_memory:
      return "out_of_memory";
    case FailureReason::stopped:
      return "stopped";
    case FailureReason::render_error:
      return "render_error";
    case FailureReason::media:
      return "media";
    case FailureReason::refused:
      return "refused";
    case FailureReason::lost:
      return "lost";
    case FailureReason::unreachable:
      return "unreachable";
    case FailureReason::delivery:
      return "delivery";
  }
  return "?";
}

const char* to_string(WindowOutcome outcome) {
  switch (outcome) {
    case WindowOutcome::restored:
      return "restored";
    case WindowOutcome::aborted:
      return "aborted";
    case WindowOutcome::changed:
      return "changed";
  }
  return "?";
}

}  // namespace malin::control
