#include "app/rehearsal/rehearsal.hpp"

#include <algorithm>

namespace malin::app::rehearsal {

namespace {

world::UniversePlan under(Policy policy, world::UniversePlan plan) {
  switch (policy) {
    case Policy::wait_for_ever:
    case Policy::batched:
      break;
    case Policy::one_job_a_window:
      plan.config.swap.renders_per_window_max = 1;
      break;
    case Policy::automatic:
      for (KindSpec& kind : plan.config.kinds) kind.evict.reset();
      break;
  }
  return plan;
}

ReplayOptions options_of(const Request& request, Policy policy) {
  return {.swap = policy != Policy::wait_for_ever, .turn_expiry = request.turn_expiry};
}

KindRehearsal rehearse_kind(const Request& request, const world::UniversePlan& plan, const KindSpec& kind) {
  Trace trace;
  trace.jobs.push_back({.at = TimePoint{}, .kind = kind.name});
  KindRehearsal result{.kind = kind.name};
  result.configured = replay(plan, trace, options_of(request, Policy::batched));
  if (kind.evict)
    result.automatic = replay(under(Policy::automatic, plan), trace, options_of(request, Policy::automatic));
  return result;
}

}  // namespace

const char* to_string(Policy policy) {
  switch (policy) {
    case Policy::wait_for_ever:
      return "wait for ever";
    case Policy::one_job_a_window:
      return "one job a window";
    case Policy::batched:
      return "batched";
    case Policy::automatic:
      return "automatic";
  }
  return "?";
}

Result<Rehearsal> rehearse(const Request& request) {
  const Result<world::UniversePlan> plan = plan_house(request.config, request.facts, request.timings);
  if (!plan) return std::unexpected(plan.error());
  Rehearsal result{.config = request.config, .timings = request.timings};
  for (const KindSpec& kind : request.config.kinds) result.kinds.push_back(rehearse_kind(request, *plan, kind));
  if (!request.trace) return result;
  DayRehearsal day{.name = request.trace_name, .trace = *request.trace};
  for (const Policy policy : policies)
    day.outcomes.push_back(replay(under(policy, *plan), day.trace, options_of(request, policy)));
  result.day = std::move(day);
  return result;
}

std::optional<Duration> percentile(std::vector<std::optional<Duration>> lengths, int of_hundred) {
  if (lengths.empty()) return std::nullopt;
  // What never ends comes last.
  std::ranges::sort(lengths, {}, [](const auto& length) { return length.value_or(Duration::max()); });
  const std::size_t rank = (lengths.size() * static_cast<std::size_t>(of_hundred) + 99) / 100;
  return lengths[std::max<std::size_t>(rank, 1) - 1];
}

bool goes_away(const DayRehearsal& day, const std::string& sense) {
  return std::ranges::any_of(day.outcomes, [&](const Outcome& outcome) { return outcome.away.at(sense) > Duration{}; });
}

}  // namespace malin::app::rehearsal
