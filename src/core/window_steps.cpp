#include "core/window_steps.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/jobs.hpp"
#include "core/missed.hpp"
#include "core/planner.hpp"
#include "core/room.hpp"

namespace malin {

namespace {

std::vector<std::string> names_of(const std::vector<const Absence*>& absences) {
  std::vector<std::string> names;
  for (const Absence* absence : absences) names.push_back(absence->sense);
  return names;
}

// The absent senses that a render of this job needs away, or nullopt when it needs more than are absent.
std::optional<std::vector<std::string>> needed_absences(const Situation& s, const std::vector<SenseView>& senses,
                                                        const Window& window, const RendererSpec& renderer,
                                                        const Job& job) {
  const KindSpec& kind = *s.config.kind(job.kind);
  const Bytes need = s.need(job);
  const auto absences = absences_of(s, window);
  // While room is being made the card does not show it yet.
  if (window.phase == WindowPhase::making_room)
    return need <= window.need ? std::optional(names_of(absences)) : std::nullopt;
  const auto room = room_for_render(s, renderer, TimePoint::min());
  if (!room) return std::nullopt;
  Bytes left = *room;  // With every absent sense back.
  const Missed missed(s, kind);
  std::vector<Candidate> absent;
  for (const Absence* absence : absences) {
    const SenseView* view = find_view(senses, absence->sense);
    if (view == nullptr) continue;
    absent.push_back({absence->sense, s.footprint(*view->spec), missed.of(*view->spec)});
    if (view->state == SenseState::away) left -= absent.back().footprint;
  }
  std::vector<std::string> needed;
  for (const std::string& name : kind.evict.value_or(std::vector<std::string>{})) {
    const auto found = std::ranges::find(absent, name, &Candidate::sense);
    if (found == absent.end()) continue;
    needed.push_back(name);
    left += found->footprint;
    absent.erase(found);
  }
  if (const auto more = plan_eviction(need - left, absent)) {
    needed.insert(needed.end(), more->begin(), more->end());
    return needed;
  }
  return *room >= need ? std::optional(names_of(absences)) : std::nullopt;
}

// A render that would be cut off before its end is left for another window, unless it is all that this one is for.
bool is_time_left(const Situation& s, const Window& window, const KindSpec& kind) {
  const auto usual = window.jobs.empty() ? std::nullopt : s.usual_render(kind.name);
  return !usual || s.now + *usual <= window.render_until;
}

int impact_of(const Config& config, const std::vector<std::string>& senses) {
  int impact = 0;
  for (const std::string& name : senses)
    if (const SenseSpec* sense = config.sense(name)) impact += sense->impact;
  return impact;
}

}  // namespace

void move_to(const Situation& s, const Window& window, WindowPhase phase, std::string reason, Draft& draft) {
  Window next = window;
  next.phase = phase;
  next.phase_at = s.now;
  if (!reason.empty()) {
    next.reason = reason;
    draft.tell("window", std::to_string(window.id), std::move(reason));
  }
  draft.change(PutWindow{std::move(next)});
}

std::vector<const Absence*> absences_of(const Situation& s, const Window& window) {
  std::vector<const Absence*> own;
  for (const auto& [sense, absence] : s.ledger.absences)
    if (absence.window == window.id) own.push_back(&absence);
  return own;
}

bool note_returns(const Situation& s, const std::vector<SenseView>& senses, const Window& window, Draft& draft) {
  Window next = window;
  for (const std::string& name : window.evicted) {
    Leave& leave = next.leaves.try_emplace(name, Leave{.since = window.opened_at}).first->second;
    const SenseView* view = find_view(senses, name);
    if (leave.back_at || view == nullptr || view->state != SenseState::ready) continue;
    leave.back_at = s.now;
    draft.tell("sense", name, name + " is back, after " + format_duration(s.now - leave.since));
  }
  if (next == window) return false;
  draft.change(PutWindow{std::move(next)});
  return true;
}

std::optional<std::string> reason_to_end(const Situation& s, const Window& window, const RendererSpec& renderer) {
  if (window.aborted) return "";
  if (window.render_until <= s.now) return "its time was up";
  // Whoever waits to talk is not kept waiting by one picture after another.
  if (const auto waiting = s.seen.presence.waiting_since;
      waiting && !window.jobs.empty() && *waiting + s.config.swap.wait_limit <= s.now)
    return "someone is waiting to talk to her";
  if (s.is_renderer_lost(renderer.server.name)) return renderer.server.name + " does not answer";
  if (s.is_card_lost(window.card)) return "card " + window.card + " cannot be read";
  return std::nullopt;
}

Prospect plan_rest(const Situation& s, const std::vector<SenseView>& senses, const Window& window,
                   const RendererSpec& renderer) {
  Prospect rest;
  const int renders_max = s.config.swap.renders_per_window_max;
  const bool is_full = renders_max > 0 && std::ssize(window.jobs) >= renders_max;
  if (is_full || reason_to_end(s, window, renderer)) return rest;
  std::map<std::pair<const KindSpec*, Bytes>, std::optional<std::vector<std::string>>> needed_by;
  using Rank = std::tuple<int, int, Bytes>;  // Priority, impact of whom it needs away, need.
  Rank first;
  for (const Job* job : queued_jobs(s)) {
    const KindSpec* kind = s.config.kind(job->kind);
    if (kind == nullptr || kind->renderer != window.renderer) continue;
    if (job->not_before && *job->not_before > s.now) continue;
    const Bytes need = s.need(*job);
    const auto [entry, is_new] = needed_by.try_emplace({kind, need});
    if (is_new && is_time_left(s, window, *kind)) entry->second = needed_absences(s, senses, window, renderer, *job);
    const auto& needed = entry->second;
    if (!needed) continue;
    const Rank rank{job->priority, impact_of(s.config, *needed), need};
    if (rest.job == nullptr || rank > first) {
      rest.job = job;
      first = rank;
    }
    rest.need = std::max(rest.need, need);
    for (const std::string& name : *needed)
      if (std::ranges::find(rest.needed, name) == rest.needed.end()) rest.needed.push_back(name);
  }
  return rest;
}

std::vector<std::string> surplus_absences(const Situation& s, const Window& window, const Prospect& rest) {
  std::vector<std::string> surplus;
  for (const Absence* absence : absences_of(s, window))
    if (std::ranges::find(rest.needed, absence->sense) == rest.needed.end()) surplus.push_back(absence->sense);
  return surplus;
}

}  // namespace malin
