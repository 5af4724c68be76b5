#include "app/rehearsal/timings.hpp"

#include <algorithm>
#include <vector>

namespace malin::app::rehearsal {

namespace {

Timing median_or(std::vector<Duration> lengths, Duration assumed) {
  if (lengths.empty()) return {.length = assumed};
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::ranges::nth_element(lengths, middle);
  return {.length = *middle, .samples = static_cast<int>(lengths.size())};
}

}  // namespace

Timings take_timings(const Config& config, const Ledger& ledger) {
  std::map<std::string, std::vector<Duration>> renders;
  for (const auto& [id, job] : ledger.jobs)
    if (job.attempt_at && job.rendered_at) renders[job.kind].push_back(*job.rendered_at - *job.attempt_at);

  Timings timings;
  for (const SenseSpec& sense : config.senses) {
    const Duration assumed{sense.footprint.count / (assumed_load_bytes_per_second / 1000)};
    const auto profile = ledger.profiles.find(sense.name);
    const bool is_measured = profile != ledger.profiles.end() && profile->second.load_time;
    timings.loads[sense.name] =
        is_measured ? Timing{.length = *profile->second.load_time, .samples = 1} : Timing{.length = assumed};
  }
  for (const KindSpec& kind : config.kinds)
    timings.renders[kind.name] = median_or(renders[kind.name], kind.is_video ? assumed_video : assumed_photo);
  return timings;
}

}  // namespace malin::app::rehearsal
