#include "app/rehearsal/timings.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace malin::app::rehearsal {

namespace {

using Lengths = std::map<std::string, std::vector<Duration>>;

Timing median_or(std::vector<Duration> lengths, Duration assumed) {
  if (lengths.empty()) return {.length = assumed};
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::ranges::nth_element(lengths, middle);
  return {.length = *middle, .samples = static_cast<int>(lengths.size())};
}

// Senses come back one after the other: what lies between two returns is the load of the second.
void add_loads(const Ledger& ledger, const Window& window, Lengths& lengths) {
  if (!window.closed_at || window.aborted || window.repairs > 0 || window.jobs.empty()) return;
  const auto last = ledger.jobs.find(window.jobs.back());
  if (last == ledger.jobs.end() || !last->second.rendered_at) return;
  std::vector<std::pair<TimePoint, std::string>> returns;
  for (const auto& [sense, leave] : window.leaves)
    if (leave.back_at && *leave.back_at > *last->second.rendered_at) returns.emplace_back(*leave.back_at, sense);
  std::ranges::sort(returns);
  TimePoint since = *last->second.rendered_at;
  for (const auto& [back_at, sense] : returns) lengths[sense].push_back(back_at - std::exchange(since, back_at));
}

}  // namespace

Timings take_timings(const Config& config, const Ledger& ledger) {
  Lengths loads;
  for (const auto& [id, window] : ledger.windows) add_loads(ledger, window, loads);
  Lengths renders;
  for (const auto& [id, job] : ledger.jobs)
    if (job.attempt_at && job.rendered_at) renders[job.kind].push_back(*job.rendered_at - *job.attempt_at);

  Timings timings;
  for (const SenseSpec& sense : config.senses) {
    const Duration assumed{sense.footprint.count / (assumed_load_bytes_per_second / 1000)};
    timings.loads[sense.name] = median_or(loads[sense.name], assumed);
  }
  for (const KindSpec& kind : config.kinds)
    timings.renders[kind.name] = median_or(renders[kind.name], kind.is_video ? assumed_video : assumed_photo);
  return timings;
}

}  // namespace malin::app::rehearsal
