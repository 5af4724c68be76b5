#include "core/estimate.hpp"

#include <algorithm>
#include <vector>

#include "core/jobs.hpp"

namespace malin {

namespace {

constexpr double progress_enough = 0.1;     // From here on a render's own pace says more than its forerunners.
constexpr Duration remaining_least{1'000};  // What should be over by now takes a moment longer.

std::optional<Duration> median(std::vector<Duration> lengths) {
  if (lengths.empty()) return std::nullopt;
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::ranges::nth_element(lengths, middle);
  return *middle;
}

const Job* find_job(const Ledger& ledger, const JobId& id) {
  const auto found = ledger.jobs.find(id);
  return found == ledger.jobs.end() ? nullptr : &found->second;
}

// From the opening of a window to its first render.
std::optional<Duration> usual_opening(const Ledger& ledger) {
  std::vector<Duration> lengths;
  for (const auto& [id, window] : ledger.windows) {
    const Job* first = window.jobs.empty() ? nullptr : find_job(ledger, window.jobs.front());
    if (first != nullptr && first->started_at && *first->started_at >= window.opened_at)
      lengths.push_back(*first->started_at - window.opened_at);
  }
  return median(std::move(lengths));
}

// From the last render of a window to the return of everyone.
std::optional<Duration> usual_return(const Ledger& ledger) {
  std::vector<Duration> lengths;
  for (const auto& [id, window] : ledger.windows) {
    const Job* last = window.jobs.empty() ? nullptr : find_job(ledger, window.jobs.back());
    if (last != nullptr && last->rendered_at && window.closed_at && *window.closed_at >= *last->rendered_at)
      lengths.push_back(*window.closed_at - *last->rendered_at);
  }
  return median(std::move(lengths));
}

std::optional<Duration> rest_of_render(const Situation& s, const Job& job) {
  const Duration passed = job.attempt_at ? s.now - *job.attempt_at : Duration{};
  const auto render = s.seen.renders.find(job.prompt_id);
  const double progress = render != s.seen.renders.end() && render->second.value ? render->second.value->progress : 0;
  if (progress >= progress_enough) {
    const double rest = static_cast<double>(passed.count()) * (1 - progress) / progress;
    return std::max(remaining_least, Duration{static_cast<Duration::rep>(rest)});
  }
  const auto usual = s.usual_render(job.kind);
  if (!usual) return std::nullopt;
  return std::max(remaining_least, *usual - passed);
}

std::optional<Duration> rest_of_opening(const Situation& s, const Window* window) {
  if (window != nullptr && window->phase != WindowPhase::making_room) return Duration{};
  const auto usual = usual_opening(s.ledger);
  if (!usual) return std::nullopt;
  return window == nullptr ? *usual : std::max(remaining_least, *usual - (s.now - window->opened_at));
}

// Jobs of one renderer in their order, each after the one before; ends at the first without a precedent.
// The time until nothing of the open window is left to render is what remains.
void estimate_jobs(const Situation& s, const RendererSpec& renderer, Estimates& estimates) {
  std::optional<Duration> until = Duration{};
  if (const Job* job = s.rendering_job(renderer.server.name)) {
    until = rest_of_render(s, *job);
    if (until) estimates.until_rendered[job->id] = *until;
  } else {
    until = rest_of_opening(s, s.ledger.open_window(renderer.card));
  }
  for (const Job* job : queued_jobs(s)) {
    if (s.renderer_of(*job) != &renderer) continue;
    const auto usual = s.usual_render(job->kind);
    if (!until || !usual) return;
    *until += *usual;
    estimates.until_rendered[job->id] = *until;
  }
}

std::optional<Duration> rest_of_window(const Situation& s, const Window& window) {
  const auto usual = usual_return(s.ledger);
  if (!usual) return std::nullopt;
  if (window.phase == WindowPhase::releasing || window.phase == WindowPhase::returning) {
    const Job* last = window.jobs.empty() ? nullptr : find_job(s.ledger, window.jobs.back());
    const TimePoint since = last != nullptr && last->rendered_at ? *last->rendered_at : window.phase_at;
    return std::max(remaining_least, *usual - (s.now - since));
  }
  const auto opening = rest_of_opening(s, &window);
  const Job* job = s.rendering_job(window.renderer);
  if (job == nullptr) {
    const std::vector<const Job*> queue = queued_jobs(s);
    if (queue.empty()) return usual;
    const auto render = s.usual_render(queue.front()->kind);
    if (!opening || !render) return std::nullopt;
    return *opening + *render + *usual;
  }
  const auto rest = rest_of_render(s, *job);
  if (!rest) return std::nullopt;
  return *rest + *usual;
}

}  // namespace

std::map<std::string, Duration> usual_renders(const Ledger& ledger) {
  std::map<std::string, std::vector<Duration>> lengths;
  for (const auto& [id, job] : ledger.jobs)
    if (job.attempt_at && job.rendered_at) lengths[job.kind].push_back(*job.rendered_at - *job.attempt_at);
  std::map<std::string, Duration> usual;
  for (auto& [kind, some] : lengths) usual[kind] = *median(std::move(some));
  return usual;
}

Estimates estimate(const Situation& s) {
  Estimates estimates;
  for (const RendererSpec& renderer : s.config.renderers) estimate_jobs(s, renderer, estimates);
  for (const auto& [id, window] : s.ledger.windows) {
    if (window.phase == WindowPhase::closed) continue;
    const auto rest = rest_of_window(s, window);
    if (!rest) {
      estimates.until_back.reset();
      break;
    }
    estimates.until_back = std::max(estimates.until_back.value_or(Duration{}), *rest);
  }
  return estimates;
}

}  // namespace malin
