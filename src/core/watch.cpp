#include "core/watch.hpp"

#include <algorithm>

namespace malin {

namespace {

bool is_probe(const Action& action) {
  return std::holds_alternative<ProbeCard>(action) || std::holds_alternative<ProbeEngine>(action) ||
         std::holds_alternative<ProbeRenderer>(action);
}

bool is_changing(const Situation& s, const std::vector<SenseView>& senses) {
  const auto is_open = [](const auto& row) { return row.second.phase != WindowPhase::closed; };
  const auto is_rendering = [](const auto& row) { return row.second.state == JobState::rendering; };
  const auto is_settled = [](const SenseView& view) {
    return view.state == SenseState::ready || view.state == SenseState::away;
  };
  return std::ranges::any_of(s.ledger.windows, is_open) || std::ranges::any_of(s.ledger.jobs, is_rendering) ||
         !std::ranges::all_of(senses, is_settled) ||
         std::ranges::any_of(s.in_flight, [](const InFlight& one) { return !is_probe(one.action); });
}

template <class T>
void probe_when_due(const Situation& s, const std::map<std::string, Reading<T>>& readings, const std::string& name,
                    Duration interval, Action probe, Draft& draft) {
  const std::string key = key_of(probe);
  if (s.is_running(key)) return;
  const auto found = readings.find(name);
  TimePoint due = s.now;
  if (found != readings.end()) {
    const Draft::Look wanted = draft.wanted_look(key);
    const Duration pause = std::min(backoff(found->second.failures, name), s.config.swap.slow_probe);
    due = found->second.tried_at + std::max(std::min(interval, wanted.interval), pause);
    if (found->second.failures == 0 && found->second.tried_at < wanted.since) due = s.now;
  }
  if (due <= s.now)
    draft.act(std::move(probe));
  else
    draft.wake_at(due);
}

}  // namespace

void watch(const Situation& s, const std::vector<SenseView>& senses, Draft& draft) {
  const Duration interval = is_changing(s, senses) ? s.config.swap.fast_probe : s.config.swap.slow_probe;
  for (const CardSpec& card : s.config.cards)
    probe_when_due(s, s.seen.cards, card.name, interval, ProbeCard{card.name}, draft);
  for (const EngineSpec& engine : s.config.engines)
    probe_when_due(s, s.seen.engines, engine.server.name, interval, ProbeEngine{engine.server.name}, draft);
  for (const RendererSpec& renderer : s.config.renderers)
    probe_when_due(s, s.seen.renderers, renderer.server.name, interval, ProbeRenderer{renderer.server.name}, draft);
}

}  // namespace malin
