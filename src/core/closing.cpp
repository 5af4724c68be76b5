// The way back out of a window (core/window_steps.hpp).
#include <algorithm>

#include "core/jobs.hpp"
#include "core/room.hpp"
#include "core/window_steps.hpp"

namespace malin {

namespace {

constexpr int repairs_max = 2;
constexpr Duration return_margin{60'000};

bool is_released(const Situation& s, const RendererSpec& renderer, const Window& window) {
  if (s.has_kept_memory_since(renderer, window.phase_at)) return true;  // Timed out and reported.
  if (s.is_rendering_for_us(renderer) && s.now < window.phase_at + s.config.swap.release_limit) return false;
  if (s.is_renderer_down(renderer.server.name)) return true;
  const TimePoint recently = std::max(window.phase_at, s.now - 4 * s.config.swap.fast_probe);
  const RendererReading* fresh = s.renderer_since(renderer.server.name, recently);
  return fresh != nullptr && fresh->held <= renderer.rest;
}

void close(const Situation& s, const Window& window, bool exactly, std::string reason, Draft& draft) {
  Window closed = window;
  closed.phase = WindowPhase::closed;
  closed.phase_at = s.now;
  closed.closed_at = s.now;
  closed.restored_exactly = exactly;
  if (!reason.empty()) closed.reason = reason;
  draft.change(PutWindow{closed});
  const std::string took = format_duration(s.now - window.opened_at);
  draft.tell("window", std::to_string(window.id),
             exactly ? "everyone is back as before, after " + took : "closed after " + took + ", but " + reason);
}

// Whoever is gone, or is here as before, may come back; one that somebody loaded in another way goes first.
void drop_absences(const Situation& s, const std::vector<SenseView>& senses, const Window& window, Draft& draft) {
  for (const Absence* absence : absences_of(s, window)) {
    const SenseView* view = find_view(senses, absence->sense);
    const bool is_right = view != nullptr && view->resident != nullptr && same_load(*view->resident, absence->resident);
    const bool may_unload = s.ledger.settings.swap_enabled && s.now < absence->deadline;
    if (view == nullptr || view->state == SenseState::away || is_right || !may_unload)
      draft.change(DropAbsence{absence->sense});
  }
}

// What a render gave back may be shown free later. Until it is, the next one would seem to need more senses away than
// it does, or more than are away.
bool is_settling_for_next(const Situation& s, const RendererSpec& renderer, const Window& window, Draft& draft) {
  const TimePoint settled_by = window.phase_at + s.config.swap.settle_limit;
  const auto room = room_for_render(s, renderer, TimePoint::min());
  if (window.jobs.empty() || !room || *room >= window.need || settled_by <= s.now) return false;
  const auto is_next = [&](const Job* job) {
    return s.renderer_of(*job) == &renderer && (!job->not_before || *job->not_before <= s.now);
  };
  if (std::ranges::none_of(queued_jobs(s), is_next)) return false;
  watch_settling(s, window.card, window.phase_at, draft);
  draft.wake_at(settled_by);
  return true;
}

// Who is not even being loaded by then is not waited for: the window closes and says so, supervision goes on.
TimePoint return_limit(const Situation& s, const Window& window) {
  Duration length = return_margin;
  for (const std::string& name : window.evicted)
    if (const SenseSpec* sense = s.config.sense(name)) length += sense->load_limit;
  return std::max(window.phase_at, s.seen.started_at) + length;
}

// Everyone is loaded: as they were before? One that is not is sent away and loaded once more, a few times at most.
void compare_and_close(const Situation& s, const std::vector<SenseView>& senses, const Window& window, Draft& draft) {
  std::string changed;
  for (const std::string& name : window.evicted) {
    const SenseView* view = find_view(senses, name);
    const auto profile = s.ledger.profiles.find(name);
    if (view == nullptr || profile == s.ledger.profiles.end()) continue;
    if (view->state != SenseState::ready) {
      changed += (changed.empty() ? "" : ", ") + name + " is " + to_string(view->state);
    } else if (!same_load(profile->second.resident, *view->resident)) {
      changed += (changed.empty() ? "" : ", ") + name + " came back with other settings";
      if (window.repairs >= repairs_max || s.is_turn_open() || !s.ledger.settings.swap_enabled) continue;
      const EngineReading* engine = s.engine(view->spec->engine);
      if (engine != nullptr && !engine->restores_exactly) continue;
      Window repaired = window;
      ++repaired.repairs;
      repaired.leaves.try_emplace(name, Leave{.since = s.now}).first->second.back_at.reset();
      draft.tell("sense", name, name + " came back with other settings; loading it once more");
      draft.change(PutAbsence{{.sense = name,
                               .window = window.id,
                               .resident = profile->second.resident,
                               .since = s.now,
                               .deadline = s.now + view->spec->load_limit}});
      draft.change(PutWindow{std::move(repaired)});
      return draft.opens_window();
    }
  }
  close(s, window, changed.empty(), changed, draft);
}

}  // namespace

void release(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer,
             const Window& window, Draft& draft) {
  if (!is_released(s, renderer, window)) {
    const ReleaseRenderer action{renderer.server.name};
    const RendererReading* known = s.renderer(renderer.server.name);
    const bool is_needed = known == nullptr || known->held > renderer.rest;
    if (is_needed && !s.is_running(key_of(action))) draft.act(action);
    draft.look_since(ProbeRenderer{renderer.server.name}, window.phase_at);
    return;
  }
  // What is still needed away shows on a card that was read after the release.
  const bool may_go_on = !reason_to_end(s, window, renderer);
  const TimePoint released_at = s.seen.renderers.at(renderer.server.name).at;
  if (may_go_on && s.card_since(window.card, released_at) == nullptr)
    return draft.look_since(ProbeCard{window.card}, released_at);
  if (may_go_on && is_settling_for_next(s, renderer, window, draft)) return;
  if (const Error* error = s.last_error("release " + renderer.server.name);
      error != nullptr && s.has_kept_memory_since(renderer, window.phase_at))
    draft.tell("window", std::to_string(window.id),
               renderer.server.name + " did not give its memory back: " + error->message);
  const Prospect next = plan_rest(s, senses, window, renderer);
  if (next.job == nullptr) {
    move_to(s, window, WindowPhase::returning, "", draft);
    drop_absences(s, senses, window, draft);
    return;
  }
  for (const std::string& name : surplus_absences(s, window, next)) {
    draft.change(DropAbsence{name});
    draft.tell("sense", name, name + " may come back; the next render does not need it away");
  }
  Window narrowed = window;
  narrowed.need = next.need;
  move_to(s, narrowed, WindowPhase::making_room, "", draft);
}

void bring_everyone_back(const Situation& s, const std::vector<SenseView>& senses, const Window& window, Draft& draft) {
  drop_absences(s, senses, window, draft);
  if (!absences_of(s, window).empty()) return;
  const bool is_late = return_limit(s, window) <= s.now;
  for (const std::string& name : window.evicted) {
    const SenseView* view = find_view(senses, name);
    if (view == nullptr || view->state == SenseState::ready || view->state == SenseState::failing) continue;
    const bool is_stuck = view->state == SenseState::missing || view->state == SenseState::unknown;
    if (!is_late || !is_stuck) return draft.wake_at(return_limit(s, window));
  }
  compare_and_close(s, senses, window, draft);
}

}  // namespace malin
