#include "core/conduct.hpp"

#include <algorithm>
#include <map>

#include "core/jobs.hpp"
#include "core/rendering.hpp"
#include "core/window.hpp"
#include "core/window_steps.hpp"

namespace malin {

namespace {

constexpr Duration release_interval{60'000};  // Between tries to get memory back that nobody waits for.

// The jobs of one renderer.
struct Work {
  std::vector<const Job*> queue;      // In their order.
  std::vector<const Job*> rendering;  // Its render is under way: one, or none.
};

// By renderer; under nullptr those that nobody is configured to render any more. Every job is looked at once.
using Workload = std::map<const RendererSpec*, Work>;

Workload distribute(const Situation& s) {
  std::map<std::string_view, const RendererSpec*> by_kind;
  for (const KindSpec& kind : s.config.kinds) by_kind.try_emplace(kind.name, s.config.renderer(kind.renderer));
  const auto who = [&](const Job& job) {
    const auto found = by_kind.find(job.kind);
    return found == by_kind.end() ? nullptr : found->second;
  };
  Workload workload;
  for (const RendererSpec& renderer : s.config.renderers) workload[&renderer];
  for (const Job* job : queued_jobs(s)) workload[who(*job)].queue.push_back(job);
  for (const auto& [id, job] : s.ledger.jobs)
    if (job.state == JobState::rendering) workload[who(job)].rendering.push_back(&job);
  return workload;
}

// The render under way on this card, by whichever renderer.
const Job* job_on_card(const Situation& s, const Workload& workload, std::string_view card) {
  for (const RendererSpec& renderer : s.config.renderers) {
    if (renderer.card != card) continue;
    if (const Work& work = workload.at(&renderer); !work.rendering.empty()) return work.rendering.front();
  }
  return nullptr;
}

bool is_sense_waiting_for_memory(const std::vector<SenseView>& senses, std::string_view card) {
  for (const SenseView& view : senses)
    if (view.spec->card == card && (view.state == SenseState::missing || view.state == SenseState::failing))
      return true;
  return false;
}

// Outside windows: an idle renderer gives back what our renders left in it.
void release_when_idle(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer,
                       Draft& draft) {
  const RendererReading* reading = s.renderer(renderer.server.name);
  if (reading == nullptr || reading->held <= renderer.rest) return;
  const bool is_waited_for = is_sense_waiting_for_memory(senses, renderer.card);
  if (!is_waited_for && (!reading->running.empty() || !reading->pending.empty())) return;
  const ReleaseRenderer action{renderer.server.name};
  const auto last = s.seen.attempts.find(key_of(action));
  const TimePoint last_at = last == s.seen.attempts.end() ? TimePoint::min() : last->second.last_at;
  const bool is_wanted = is_waited_for || s.last_render(renderer) > last_at;
  const TimePoint due =
      last_at == TimePoint::min() || s.failures(key_of(action)) == 0 ? s.now : last_at + release_interval;
  if (is_wanted && due <= s.now && !s.is_running(key_of(action))) draft.act(action);
}

// The render went well, and its media is on its way or about to be.
bool is_being_fetched(const Situation& s, const Job& job) {
  const RenderReading* render = s.seen.renders.at(job.prompt_id).known();
  if (render->state != RenderState::finished || render->files.empty()) return false;
  return s.is_running("collect " + job.id) || !s.seen.collected.contains(job.id);
}

// What the config no longer knows cannot go on: its jobs fail, its windows bring everyone back.
void end_unconfigured(const Situation& s, const std::vector<SenseView>& senses, const Workload& workload,
                      Draft& draft) {
  if (const auto nobody = workload.find(nullptr); nobody != workload.end()) {
    const Work& work = nobody->second;
    for (const auto* jobs : {&work.queue, &work.rendering})
      for (const Job* job : *jobs) fail_job(s, *job, "kind " + job->kind + " is no longer configured", draft);
  }
  for (const auto& [id, window] : s.ledger.windows) {
    if (window.phase == WindowPhase::closed) continue;
    const RendererSpec* renderer = s.config.renderer(window.renderer);
    if (renderer != nullptr && renderer->card == window.card) continue;
    if (window.phase != WindowPhase::returning)
      move_to(s, window, WindowPhase::returning, window.renderer + " is no longer configured", draft);
    else if (!note_returns(s, senses, window, draft))
      bring_everyone_back(s, senses, window, draft);
  }
}

void conduct_renderer(const Situation& s, const std::vector<SenseView>& senses, const RendererSpec& renderer,
                      const Workload& workload, std::vector<std::string>& cards_taken, Draft& draft) {
  const std::vector<const Job*>& queue = workload.at(&renderer).queue;
  stop_strays(s, renderer, draft);
  const Window* window = s.ledger.open_window(renderer.card);
  const bool is_own = window != nullptr && window->renderer == renderer.server.name;
  if (is_own && note_returns(s, senses, *window, draft)) return;
  if (const Job* job = job_on_card(s, workload, renderer.card)) {
    for (const Job* next : queue) draft.wait(next->id, "waits for its turn; " + job->id + " is being rendered");
    if (s.renderer_of(*job) == &renderer) follow_render(s, *job, renderer, window, draft);
    // Once the last render is over, its media is fetched while everyone comes back. Media that is slow to be fetched
    // keeps nobody away beyond the limit either.
    if (!is_own || !s.is_render_over(*job)) return;
    const bool is_last = is_being_fetched(s, *job) && plan_rest(s, senses, *window, renderer).job == nullptr;
    if (is_last || window->render_until <= s.now) advance_window(s, senses, renderer, *window, draft);
    return;
  }
  if (window == nullptr) {
    if (std::ranges::find(cards_taken, renderer.card) != cards_taken.end()) return;
    if (start_or_open(s, senses, renderer, queue, draft)) return cards_taken.push_back(renderer.card);
    release_when_idle(s, senses, renderer, draft);
  } else if (is_own) {
    advance_window(s, senses, renderer, *window, draft);
  }
}

}  // namespace

void conduct(const Situation& s, const std::vector<SenseView>& senses, Draft& draft) {
  const Workload workload = distribute(s);
  end_unconfigured(s, senses, workload, draft);
  std::vector<std::string> cards_taken;  // By a render or window that this decision begins.
  for (const RendererSpec& renderer : s.config.renderers)
    conduct_renderer(s, senses, renderer, workload, cards_taken, draft);
}

}  // namespace malin
