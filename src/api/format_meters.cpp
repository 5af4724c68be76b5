#include "api/format_meters.hpp"

#include <array>

namespace malin::api {

namespace {

using control::FailureReason;
using control::Histogram;
using control::Meters;
using control::WindowOutcome;

constexpr auto reasons = std::to_array({FailureReason::no_room, FailureReason::out_of_memory, FailureReason::stopped,
                                        FailureReason::render_error, FailureReason::media, FailureReason::refused,
                                        FailureReason::lost, FailureReason::unreachable, FailureReason::delivery});

template <class Key, class Value>
Value value_of(const std::map<Key, Value>& values, const Key& key) {
  const auto found = values.find(key);
  return found == values.end() ? Value{} : found->second;
}

void add_senses(const Situation& situation, const Meters& meters, Exposition& out) {
  out.begin("malin_sense_away_seconds_total", "counter", "How long the sense was away on purpose.");
  for (const SenseSpec& sense : situation.config.senses)
    out.add_seconds({{"sense", sense.name}}, meters.away(sense.name, situation.ledger, situation.now));
  out.begin("malin_sense_load_seconds", "histogram", "How long loads that ended well took.");
  for (const SenseSpec& sense : situation.config.senses)
    out.add({{"sense", sense.name}}, value_of(meters.loads, sense.name));
}

void add_jobs(const Situation& situation, const Meters& meters, Exposition& out) {
  const auto& kinds = situation.config.kinds;
  out.begin("malin_jobs_ended_total", "counter", "Jobs that are over, by how they ended.");
  for (const KindSpec& kind : kinds)
    for (const JobState state : {JobState::delivered, JobState::failed, JobState::cancelled})
      out.add({{"kind", kind.name}, {"state", to_string(state)}},
              value_of(meters.jobs_ended, std::pair(kind.name, state)));
  out.begin("malin_job_failures_total", "counter", "Attempts at a job that came to nothing, the last one or not.");
  for (const FailureReason reason : reasons)
    out.add({{"reason", to_string(reason)}}, value_of(meters.failures, reason));
  out.begin("malin_job_wait_seconds", "histogram", "From a job's acceptance to its first render.");
  for (const KindSpec& kind : kinds) out.add({{"kind", kind.name}}, value_of(meters.waits, kind.name));
  out.begin("malin_render_seconds", "histogram", "How long renders that ended well took, fetching included.");
  for (const KindSpec& kind : kinds) out.add({{"kind", kind.name}}, value_of(meters.renders, kind.name));
}

void add_windows(const Meters& meters, Exposition& out) {
  out.begin("malin_windows_closed_total", "counter", "Swaps that are over, by how everyone came back.");
  for (const WindowOutcome outcome : {WindowOutcome::restored, WindowOutcome::aborted, WindowOutcome::changed})
    out.add({{"outcome", to_string(outcome)}}, value_of(meters.windows_closed, outcome));
  out.begin("malin_window_seconds", "histogram", "How long swaps took, from opening to closing.");
  out.add({}, meters.windows);
  out.begin("malin_settle_seconds", "histogram", "From the last unload of a swap to its render: memory became free.");
  out.add({}, meters.settles);
}

void add_work(const Situation& situation, const Meters& meters, Exposition& out) {
  out.begin("malin_actions_total", "counter", "What was done outside, by verb and outcome; looks are not counted.");
  for (const auto& [what, count] : meters.actions) out.add({{"action", what.first}, {"outcome", what.second}}, count);
  out.begin("malin_server_commands_total", "counter", "Start and restart commands that were run.");
  const auto add_commands = [&](const ServerSpec& server) {
    for (const char* command : {"start", "restart"})
      out.add({{"server", server.name}, {"command", command}},
              value_of(meters.commands, std::pair(server.name, std::string(command))));
  };
  for (const EngineSpec& engine : situation.config.engines) add_commands(engine.server);
  for (const RendererSpec& renderer : situation.config.renderers) add_commands(renderer.server);
  out.begin("malin_turns_total", "counter", "Turns that have begun.");
  out.add({}, meters.turns);
  if (!situation.config.courier) return;
  out.begin("malin_courier_up", "gauge", "0 while nobody answers what is sent to the person.");
  out.add({}, meters.is_courier_reached);
}

}  // namespace

void add_meters(const Situation& situation, const Meters& meters, Exposition& out) {
  add_senses(situation, meters, out);
  add_jobs(situation, meters, out);
  add_windows(meters, out);
  add_work(situation, meters, out);
}

}  // namespace malin::api
