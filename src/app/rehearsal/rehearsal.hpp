// The person's config tried out on the simulated world: what one render of each kind costs, and what a whole day costs
// under different policies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/rehearsal/house.hpp"
#include "app/rehearsal/replay.hpp"

namespace malin::app::rehearsal {

// How the same day may be lived.
enum class Policy {
  wait_for_ever,     // Nobody is ever sent away: a job waits until there is room.
  one_job_a_window,  // As configured, but everyone comes back after each render.
  batched,           // As configured.
  automatic,         // As batched, and the planner chooses who goes, whatever recipes there are.
};
inline constexpr Policy policies[] = {Policy::wait_for_ever, Policy::one_job_a_window, Policy::batched,
                                      Policy::automatic};
const char* to_string(Policy policy);  // "wait for ever"

// One render of a kind, asked of her in a quiet moment.
struct KindRehearsal {
  std::string kind;
  Outcome configured;
  std::optional<Outcome> automatic;  // With evict = "auto"; empty: the kind has no recipe, so it is the same.
};

struct DayRehearsal {
  std::string name;  // Of the trace, for people.
  Trace trace;
  std::vector<Outcome> outcomes;  // One a policy, in the order of `policies`.
};

// Whether this sense is away at all in that day.
bool goes_away(const DayRehearsal& day, const std::string& sense);

struct Rehearsal {
  Config config;
  Timings timings;
  std::vector<KindRehearsal> kinds;
  std::optional<DayRehearsal> day;
};

struct Request {
  Config config;
  HouseFacts facts;
  Timings timings;
  Duration turn_expiry{30'000};
  std::string trace_name;
  std::optional<Trace> trace;  // Empty: no day.
};

// Errors are those of `plan_house`.
Result<Rehearsal> rehearse(const Request& request);

// The shortest length that so many of a hundred do not exceed. nullopt: it is one that never ends, or there is none.
std::optional<Duration> percentile(std::vector<std::optional<Duration>> lengths, int of_hundred);

}  // namespace malin::app::rehearsal
