#include <boost/json.hpp>

#include "app/rehearse.hpp"

namespace malin::app {

namespace json = boost::json;

namespace {

using namespace rehearsal;

json::value seconds(Duration length) { return static_cast<double>(length.count()) / 1000; }
json::value seconds(const std::optional<Duration>& length) { return length ? seconds(*length) : json::value(nullptr); }

json::object format_timings(const std::map<std::string, Timing>& timings) {
  json::object named;
  for (const auto& [name, timing] : timings)
    named[name] = {
        {"seconds", seconds(timing.length)}, {"measured", timing.is_measured()}, {"samples", timing.samples}};
  return named;
}

json::object format_away(const Outcome& outcome) {
  json::object away;
  for (const auto& [sense, length] : outcome.away) away[sense] = seconds(length);
  return away;
}

json::value format_kind(const Outcome& outcome) {
  json::array evicted;
  if (!outcome.windows.empty())
    for (const std::string& sense : outcome.windows.front().evicted) evicted.emplace_back(sense);
  json::object object{{"evicts", std::move(evicted)},
                      {"away_seconds", format_away(outcome)},
                      {"wait_seconds", seconds(outcome.waits.front())}};
  object["why_not"] = outcome.unmade.empty() ? json::value(nullptr) : json::value(outcome.unmade.begin()->second);
  return object;
}

json::object format_outcome(const DayRehearsal& day, Policy policy, const Outcome& outcome) {
  const std::vector<std::optional<Duration>> delays(outcome.delays.begin(), outcome.delays.end());
  return {{"policy", to_string(policy)},
          {"away_seconds", format_away(outcome)},
          {"away_in_all_seconds", seconds(outcome.away_in_all())},
          {"windows", outcome.windows.size()},
          {"wait_p50_seconds", seconds(percentile(outcome.waits, 50))},
          {"wait_p95_seconds", seconds(percentile(outcome.waits, 95))},
          {"replies", day.trace.turns.size()},
          {"replies_delayed", outcome.replies_delayed()},
          {"reply_delay_p95_seconds", seconds(percentile(delays, 95))},
          {"jobs", outcome.waits.size()},
          {"jobs_done", outcome.jobs_done()}};
}

json::value format_day(const std::optional<DayRehearsal>& day) {
  if (!day) return nullptr;
  json::array outcomes;
  for (std::size_t i = 0; i < day->outcomes.size(); ++i)
    outcomes.push_back(format_outcome(*day, policies[i], day->outcomes[i]));
  return {{"trace", day->name},
          {"from", format_time(day->trace.begins_at())},
          {"to", format_time(day->trace.ends_at())},
          {"policies", std::move(outcomes)}};
}

}  // namespace

std::string format_rehearsal_json(const Rehearsal& rehearsal) {
  json::array kinds;
  for (const KindRehearsal& kind : rehearsal.kinds) {
    json::object object{{"kind", kind.kind}, {"configured", format_kind(kind.configured)}};
    object["automatic"] = format_kind(kind.automatic.value_or(kind.configured));
    kinds.push_back(std::move(object));
  }
  const json::object body{{"loads", format_timings(rehearsal.timings.loads)},
                          {"renders", format_timings(rehearsal.timings.renders)},
                          {"kinds", std::move(kinds)},
                          {"day", format_day(rehearsal.day)}};
  return json::serialize(body) + "\n";
}

}  // namespace malin::app
