#include "core/window.hpp"

#include <algorithm>

#include "core/jobs.hpp"
#include "core/planner.hpp"
#include "core/room.hpp"
#include "core/window_steps.hpp"

namespace malin {

namespace {

constexpr Duration unload_limit{60'000};  // Drain and unload together.
constexpr Duration next_try{120'000};     // For a job whose window found no room.

void begin_in_window(const Situation& s, const Window& window, const Job& job, Draft& draft) {
  Window rendering = window;
  if (rendering.phase != WindowPhase::rendering) rendering.phase_at = s.now;
  rendering.phase = WindowPhase::rendering;
  if (std::ranges::find(rendering.jobs, job.id) == rendering.jobs.end()) rendering.jobs.push_back(job.id);
  rendering.need = std::max(rendering.need, s.need(job));
  draft.change(PutWindow{std::move(rendering)});
  begin_job(s, job, draft);
}

// When the renderer was last seen to be done with a render of this window.
TimePoint last_render_end(const Situation& s, const Window& window) {
  if (window.jobs.empty()) return TimePoint::min();
  const auto job = s.ledger.jobs.find(window.jobs.back());
  if (job == s.ledger.jobs.end()) return TimePoint::min();
  const auto render = s.seen.renders.find(job->second.prompt_id);
  return render == s.seen.renders.end() ? job->second.rendered_at.value_or(TimePoint::min()) : render->second.at;
}

// The renderer is told at once: to give its memory back needs no promise.
void end_renders(const Situation& s, const RendererSpec& renderer, const Window& window, std::string reason,
                 Draft& draft) {
  move_to(s, window, WindowPhase::releasing, std::move(reason), draft);
  const RendererReading* after = s.renderer_since(renderer.server.name, last_render_end(s, window));
  const ReleaseRenderer action{renderer.server.name};
  if ((after == nullptr || after->held > renderer.rest) && !s.is_running(key_of(action))) draft.act(action);
}

// When the newest unload of this window ended, as far as this daemon saw it.
TimePoint last_unload(const Situation& s, const Window& window) {
  TimePoint last = window.phase_at;
  for (const auto& [key, attempts] : s.seen.attempts)
    if (key.starts_with("unload ")) last = std::max(last, attempts.last_at);
  return last;
}

// Room that a load under way is about to take is no room.
bool is_room_moving(const Situation& s, const Window& window, const Job& job, Draft& draft) {
  if (!s.is_load_running(window.card)) return false;
  draft.wait(job.id, "waits for a load to end");
  return true;
}

void give_up_room(const Situation& s, const Window& window, const Job& job, std::string why, Draft& draft) {
  move_to(s, window, WindowPhase::releasing, why, draft);
  Job later = job;
  later.reason = std::move(why);
  later.not_before = s.now + next_try;
  draft.change(PutJob{std::move(later)});
}

// The card did not settle: the next larger set, if that can be had between turns.
bool widen(const Situation& s, const std::vector<SenseView>& senses, const Window& window, const KindSpec& kind,
           Bytes missing, Draft& draft) {
  if ((kind.evict && !kind.may_widen) || !s.ledger.settings.swap_enabled || s.is_turn_open() || s.is_anyone_busy())
    return false;
  const auto more = plan_eviction(missing, eviction_candidates(s, senses, window.card, kind, {}));
  if (!more || more->empty()) return false;
  Window wider = window;
  wider.phase_at = s.now;
  for (const std::string& name : *more) {
    Absence absence{.sense = name,
                    .window = window.id,
                    .resident = *find_view(senses, name)->resident,
                    .since = s.now,
                    .deadline = window.opened_at + s.config.swap.absence_limit};
    absence.resident.state = ResidentState::idle;
    if (std::ranges::find(wider.evicted, name) == wider.evicted.end()) wider.evicted.push_back(name);
    wider.leaves.try_emplace(name, Leave{.since = s.now}).first->second.back_at.reset();
    draft.tell("window", std::to_string(window.id), "not enough room yet; " + name + " will be away too");
    draft.change(PutAbsence{std::move(absence)});
  }
  draft.change(PutWindow{std::move(wider)});
  draft.opens_window();
  return true;
}

void make_room(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer,
               const Window& window, Draft& draft) {
  if (const auto reason = reason_to_end(s, window, renderer))
    return move_to(s, window, WindowPhase::releasing, *reason, draft);
  const Prospect next = plan_rest(s, senses, window, renderer);
  if (next.job == nullptr) return move_to(s, window, WindowPhase::releasing, "", draft);
  for (const std::string& name : window.evicted) {
    const SenseView* view = find_view(senses, name);
    if (view == nullptr || view->state == SenseState::away || view->state == SenseState::ready ||
        view->state == SenseState::failing)
      continue;
    draft.wait(next.job->id, s.ledger.absences.contains(name) ? "waits for " + name + " to make room"
                                                              : "bringing " + name + " back first");
    const Error* error = view->resident == nullptr
                             ? nullptr
                             : s.last_error("unload " + view->spec->engine + " " + view->resident->identifier);
    if (s.ledger.absences.contains(name) && window.phase_at + unload_limit <= s.now)
      give_up_room(s, window, *next.job, name + " did not unload" + (error == nullptr ? "" : ": " + error->message),
                   draft);
    return draft.wake_at(window.phase_at + unload_limit);
  }
  if (is_room_moving(s, window, *next.job, draft)) return;
  const KindSpec& kind = *s.config.kind(next.job->kind);
  const Bytes need = s.need(*next.job);
  const auto room = fresh_room(s, renderer, s.now - 4 * s.config.swap.fast_probe, draft);
  if (room && *room >= need) return begin_in_window(s, window, *next.job, draft);
  const TimePoint settled_by = last_unload(s, window) + s.config.swap.settle_limit;
  draft.wait(next.job->id, "waits for the card to show the memory free");
  if (s.now < settled_by || !room) {
    watch_settling(s, window.card, last_unload(s, window), draft);
    return draft.wake_at(settled_by);
  }
  if (widen(s, senses, window, kind, need - *room, draft)) return;
  give_up_room(s, window, *next.job,
               "the card shows " + format_bytes(*room) + " free of the " + format_bytes(need) + " a " + kind.name +
                   " needs; held by " + describe_holders(s, window.card),
               draft);
}

void render_next(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer,
                 const Window& window, Draft& draft) {
  if (const auto reason = reason_to_end(s, window, renderer)) return end_renders(s, renderer, window, *reason, draft);
  const auto room = fresh_room(s, renderer, s.now - 4 * s.config.swap.fast_probe, draft);
  if (!room) return;
  const Prospect next = plan_rest(s, senses, window, renderer);
  if (next.job == nullptr || !surplus_absences(s, window, next).empty())
    return end_renders(s, renderer, window, "", draft);
  if (is_room_moving(s, window, *next.job, draft) || s.is_rendering_for_us(renderer)) return;
  if (*room >= s.need(*next.job)) return begin_in_window(s, window, *next.job, draft);
  move_to(s, window, WindowPhase::making_room, "", draft);
}

}  // namespace

void advance_window(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer,
                    const Window& window, Draft& draft) {
  for (const Job* job : queued_jobs(s))
    if (s.renderer_of(*job) == &renderer) draft.wait(job->id, "waits until this window closes");
  switch (window.phase) {
    case WindowPhase::making_room:
      return make_room(s, senses, renderer, window, draft);
    case WindowPhase::rendering:
      return render_next(s, senses, renderer, window, draft);
    case WindowPhase::releasing:
      return release(s, senses, renderer, window, draft);
    case WindowPhase::returning:
      return bring_everyone_back(s, senses, window, draft);
    case WindowPhase::closed:
      return;
  }
}

}  // namespace malin
