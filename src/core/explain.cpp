#include "core/explain.hpp"

#include <algorithm>

namespace malin {

namespace {

std::string doing(const Situation& s, const Window& window) {
  const Job* job = s.rendering_job(window.renderer);
  switch (window.phase) {
    case WindowPhase::making_room:
      return "making room";
    case WindowPhase::rendering:
      return job == nullptr ? "rendering" : "rendering a " + job->kind;
    case WindowPhase::releasing:
      return "the renderer gives its memory back";
    case WindowPhase::returning:
      return "everyone comes back";
    case WindowPhase::closed:
      return "";
  }
  return "";
}

std::string trouble(const std::vector<SenseView>& senses, const Away& away) {
  std::string text;
  for (const SenseView& view : senses) {
    if (view.state == SenseState::ready || view.state == SenseState::away || view.state == SenseState::unloading)
      continue;
    // On its way back it is away, as was said already.
    if (view.state == SenseState::missing && std::ranges::find(away.senses, view.spec->name) != away.senses.end())
      continue;
    text += (text.empty() ? "" : "; ") + view.spec->name + " is " + to_string(view.state) +
            (view.why.empty() ? "" : " (" + view.why + ")");
  }
  return text;
}

}  // namespace

std::string list_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

Away who_is_away(const Situation& s, const std::vector<SenseView>& senses) {
  Away away;
  for (const SenseView& view : senses) {
    const Window* window = s.ledger.open_window(view.spec->card);
    const bool was_evicted =
        window != nullptr && std::ranges::find(window->evicted, view.spec->name) != window->evicted.end();
    const auto absence = s.ledger.absences.find(view.spec->name);
    if (absence == s.ledger.absences.end() && !(was_evicted && view.state != SenseState::ready)) continue;
    away.senses.push_back(view.spec->name);
    const TimePoint until = was_evicted ? window->opened_at + s.config.swap.absence_limit : absence->second.deadline;
    away.until = away.until ? std::max(*away.until, until) : until;
  }
  return away;
}

std::string explain(const Situation& s, const std::vector<SenseView>& senses) {
  std::string text;
  for (const auto& [id, window] : s.ledger.windows) {
    if (window.phase == WindowPhase::closed) continue;
    text += (text.empty() ? "" : "; ") + doing(s, window);
  }
  if (text.empty()) {
    for (const RendererSpec& renderer : s.config.renderers)
      if (const Job* job = s.rendering_job(renderer.server.name)) text = "rendering a " + job->kind;
  }
  const Away away = who_is_away(s, senses);
  if (!away.senses.empty())
    text += (text.empty() ? "" : "; ") + list_names(away.senses) + (away.senses.size() == 1 ? " is away" : " are away");
  const std::string missing = trouble(senses, away);
  if (!missing.empty()) text += (text.empty() ? "" : "; ") + missing;
  return text.empty() ? "all here" : text;
}

}  // namespace malin
