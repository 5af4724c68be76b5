#include "core/servers.hpp"

#include <algorithm>

namespace malin {

namespace {

constexpr Duration start_after{3'000};     // Unreachable for so long: it is down.
constexpr Duration restart_after{60'000};  // Silent with its port open for so long: it hangs. Also its time to come up.

bool is_within_budget(const Situation& s, const std::string& server) {
  const auto used = s.seen.restarts.find(server);
  if (used == s.seen.restarts.end()) return true;
  const auto recent =
      std::ranges::count_if(used->second, [&](TimePoint at) { return at + std::chrono::hours(1) > s.now; });
  return recent < s.config.swap.restarts_per_hour_max;
}

TimePoint last_restart(const Situation& s, const std::string& server) {
  const auto used = s.seen.restarts.find(server);
  return used == s.seen.restarts.end() || used->second.empty() ? TimePoint::min() : used->second.back();
}

void run(const Situation& s, const ServerSpec& server, Action action, Draft& draft) {
  if (s.is_running("start " + server.name) || s.is_running("restart " + server.name)) return;
  if (!is_within_budget(s, server.name)) return;
  if (s.may_try(key_of(action)))
    draft.act(std::move(action));
  else
    draft.wake_at(s.retry_at(key_of(action)));
}

template <class T>
void revive(const Situation& s, const ServerSpec& server, const std::map<std::string, Reading<T>>& readings,
            Draft& draft) {
  const auto found = readings.find(server.name);
  if (found == readings.end() || !found->second.error) return;
  const Reading<T>& reading = found->second;
  // A server that was just started has a while to come up.
  const TimePoint since = std::max(reading.failing_since, last_restart(s, server.name));
  if (reading.error->code == Errc::unreachable && server.can_start) {
    const bool was_started = last_restart(s, server.name) >= reading.failing_since;
    const TimePoint due = since + (was_started ? restart_after : start_after);
    if (due <= s.now) return run(s, server, StartServer{server.name}, draft);
    draft.wake_at(due);
  } else if (server.can_restart) {
    if (since + restart_after <= s.now) return run(s, server, RestartServer{server.name}, draft);
    draft.wake_at(since + restart_after);
  }
}

// Loads keep failing on an engine that answers, or never end: its own restart is the next thing to try.
void restart_for_failing_sense(const Situation& s, const std::vector<SenseView>& senses, const EngineSpec& engine,
                               Draft& draft) {
  if (!engine.server.can_restart || s.is_turn_open()) return;
  const auto is_load_here = [&](const InFlight& one) {
    const auto* load = std::get_if<LoadSense>(&one.action);
    return load != nullptr && load->engine == engine.server.name;
  };
  if (std::ranges::any_of(s.in_flight, is_load_here)) return;
  const TimePoint last = last_restart(s, engine.server.name);
  const auto is_after_restart = [last](TimePoint at) { return last == TimePoint::min() || last + restart_after < at; };
  for (const SenseView& view : senses) {
    if (view.spec->engine != engine.server.name || view.state != SenseState::failing) continue;
    if (view.resident != nullptr && s.is_stuck(*view.spec, *view.resident) && is_after_restart(s.now))
      return run(s, engine.server, RestartServer{engine.server.name}, draft);
    for (const char* verb : {"load ", "probe sense "}) {
      const auto attempts = s.seen.attempts.find(verb + view.spec->name);
      if (attempts == s.seen.attempts.end() || attempts->second.failures < s.config.swap.load_failures_before_restart)
        continue;
      if (is_after_restart(attempts->second.last_at))
        return run(s, engine.server, RestartServer{engine.server.name}, draft);
    }
  }
}

}  // namespace

void keep_servers(const Situation& s, const std::vector<SenseView>& senses, Draft& draft) {
  for (const EngineSpec& engine : s.config.engines) {
    revive(s, engine.server, s.seen.engines, draft);
    restart_for_failing_sense(s, senses, engine, draft);
  }
  for (const RendererSpec& renderer : s.config.renderers) {
    revive(s, renderer.server, s.seen.renderers, draft);
    const RendererReading* reading = s.renderer(renderer.server.name);
    if (reading != nullptr && reading->worker_dead && renderer.server.can_restart &&
        last_restart(s, renderer.server.name) + restart_after < s.now)
      run(s, renderer.server, RestartServer{renderer.server.name}, draft);
  }
}

}  // namespace malin
