#include "core/window_steps.hpp"

#include <algorithm>

#include "core/jobs.hpp"
#include "core/planner.hpp"
#include "core/room.hpp"

namespace malin {

namespace {

bool is_absent(const Situation& s, const std::string& sense) { return s.ledger.absences.contains(sense); }

// The absent senses that a render of this kind needs away, or nullopt when it needs more than are absent.
std::optional<std::vector<std::string>> needed_absences(const Situation& s, const Window& window,
                                                        const RendererSpec& renderer, const KindSpec& kind) {
  const auto room = room_for_render(s, renderer, TimePoint::min());
  if (!room) return std::nullopt;
  Bytes left = *room;  // With every absent sense back.
  std::vector<Candidate> absent;
  for (const Absence* absence : absences_of(s, window)) {
    const SenseSpec* spec = s.config.sense(absence->sense);
    if (spec == nullptr) continue;
    absent.push_back({spec->name, s.footprint(*spec), spec->impact});
    left -= absent.back().footprint;
  }
  if (!kind.evict) return plan_eviction(kind.need - left, absent);
  std::vector<std::string> needed;
  for (const std::string& name : *kind.evict) {
    const SenseSpec* spec = s.config.sense(name);
    if (spec == nullptr || spec->card != renderer.card) continue;
    if (!is_absent(s, name)) return std::nullopt;
    needed.push_back(name);
    left += s.footprint(*spec);
  }
  if (left >= kind.need) return needed;
  return *room >= kind.need ? std::optional(needed) : std::nullopt;
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

NextJob next_job(const Situation& s, const Window& window, const RendererSpec& renderer) {
  if (window.aborted || window.render_until <= s.now || s.renderer(renderer.server.name) == nullptr) return {};
  for (const Job* job : queued_jobs(s)) {
    const KindSpec* kind = s.config.kind(job->kind);
    if (kind == nullptr || kind->renderer != window.renderer) continue;
    if (job->not_before && *job->not_before > s.now) continue;
    if (auto needed = needed_absences(s, window, renderer, *kind)) return {job, std::move(*needed)};
  }
  return {};
}

std::vector<std::string> surplus_absences(const Situation& s, const Window& window, const NextJob& next) {
  std::vector<std::string> surplus;
  for (const Absence* absence : absences_of(s, window))
    if (std::ranges::find(next.needed, absence->sense) == next.needed.end()) surplus.push_back(absence->sense);
  return surplus;
}

}  // namespace malin
