#include "core/room.hpp"

#include <algorithm>

#include "core/missed.hpp"

namespace malin {

namespace {

constexpr Duration near_look{2};
constexpr Duration far_look{50};
constexpr int look_share = 512;  // The longer it takes already, the less a look that comes late matters.

bool can_leave(const Situation& s, const SenseView& view) {
  const EngineSpec* engine = s.config.engine(view.spec->engine);
  return view.spec->evictable && engine != nullptr && engine->can_unload;
}

RoomPlan no_room(const Situation& s, const KindSpec& kind, Bytes need, const RendererSpec& renderer, Bytes room) {
  return {.verdict = RoomPlan::Verdict::none,
          .why = "a " + kind.name + " needs " + format_bytes(need) + " and " + format_bytes(room) +
                 " is all there would be; held by " + describe_holders(s, renderer.card),
          .most = room};
}

}  // namespace

std::optional<Bytes> room_for_render(const Situation& s, const RendererSpec& renderer, TimePoint not_before) {
  const CardReading* card = s.card_since(renderer.card, not_before);
  const RendererReading* reading = s.renderer_since(renderer.server.name, not_before);
  const CardSpec* spec = s.config.card(renderer.card);
  if (card == nullptr || reading == nullptr || spec == nullptr) return std::nullopt;
  return card->free + reading->held - spec->headroom;
}

std::optional<Bytes> fresh_room(const Situation& s, const RendererSpec& renderer, TimePoint not_before, Draft& draft) {
  const auto room = room_for_render(s, renderer, not_before);
  if (!room) {
    draft.look_since(ProbeCard{renderer.card}, not_before);
    draft.look_since(ProbeRenderer{renderer.server.name}, not_before);
  }
  return room;
}

void watch_settling(const Situation& s, const std::string& card, TimePoint since, Draft& draft) {
  const CardSpec* spec = s.config.card(card);
  const Duration least = spec != nullptr && spec->is_far ? far_look : near_look;
  draft.look_every(ProbeCard{card}, std::clamp((s.now - since) / look_share, least, s.config.swap.fast_probe));
}

std::vector<Candidate> eviction_candidates(const Situation& s, const std::vector<SenseView>& senses,
                                           std::string_view card, const KindSpec& kind,
                                           const std::vector<std::string>& chosen) {
  const Missed missed(s, kind);
  std::vector<Candidate> candidates;
  for (const SenseView& view : senses) {
    if (view.spec->card != card || !can_leave(s, view) || view.state != SenseState::ready) continue;
    if (std::ranges::find(chosen, view.spec->name) != chosen.end()) continue;
    candidates.push_back({view.spec->name, s.footprint(*view.spec), missed.of(*view.spec)});
  }
  return candidates;
}

RoomPlan plan_room(const Situation& s, const std::vector<SenseView>& senses, const KindSpec& kind, Bytes need) {
  const RendererSpec* renderer = s.config.renderer(kind.renderer);
  if (renderer == nullptr) return {.why = "its renderer is not configured"};
  if (s.renderer(kind.renderer) == nullptr) return {.why = kind.renderer + " does not answer"};
  const auto room = room_for_render(s, *renderer, TimePoint::min());
  if (!room || s.card(renderer->card) == nullptr) return {.why = "card " + renderer->card + " cannot be read"};
  if (*room >= need) return {.verdict = RoomPlan::Verdict::there};

  RoomPlan plan{.verdict = RoomPlan::Verdict::evict};
  Bytes reached = *room;
  if (kind.evict) {
    for (const std::string& name : *kind.evict) {
      const SenseView* view = find_view(senses, name);
      if (view == nullptr || view->state == SenseState::away || view->spec->card != renderer->card) continue;
      if (!can_leave(s, *view) || view->state != SenseState::ready)
        return {.why = name + " is not ready, so it cannot be sent away now"};
      plan.evict.push_back(name);
      reached += s.footprint(*view->spec);
    }
    if (reached >= need) return plan;
    if (!kind.may_widen) return no_room(s, kind, need, *renderer, reached);
  }
  const auto candidates = eviction_candidates(s, senses, renderer->card, kind, plan.evict);
  const auto more = plan_eviction(need - reached, candidates);
  if (!more) {
    for (const Candidate& candidate : candidates) reached += candidate.footprint;
    return no_room(s, kind, need, *renderer, reached);
  }
  plan.evict.insert(plan.evict.end(), more->begin(), more->end());
  return plan;
}

std::string describe_holders(const Situation& s, std::string_view card) {
  const CardReading* reading = s.card(card);
  if (reading == nullptr) return "nobody knows: the card cannot be read";
  auto holders = reading->holders;
  std::erase_if(holders, [](const CardReading::Holder& holder) { return !holder.used; });
  std::ranges::sort(holders, std::ranges::greater{}, [](const auto& holder) { return holder.used->count; });
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(holders.size(), 5); ++i) {
    if (!text.empty()) text += ", ";
    text += holders[i].name.empty() ? "process " + std::to_string(holders[i].pid) : holders[i].name;
    text += " " + format_bytes(*holders[i].used);
  }
  return text.empty() ? format_bytes(reading->used) + " in processes that the driver does not name" : text;
}

}  // namespace malin
