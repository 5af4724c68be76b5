#include "api/format_outside.hpp"

#include <map>
#include <string>

#include "api/card_parts.hpp"
#include "api/format_job.hpp"

namespace malin::api {

namespace json = boost::json;

namespace {

template <class T>
json::value error_of(const std::map<std::string, Reading<T>>& readings, const std::string& name) {
  const auto found = readings.find(name);
  if (found == readings.end()) return "not seen yet";
  if (!found->second.error) return nullptr;
  return json::string(found->second.error->message);
}

template <class T>
json::value seen_at(const std::map<std::string, Reading<T>>& readings, const std::string& name) {
  const auto found = readings.find(name);
  if (found == readings.end() || !found->second.value) return nullptr;
  return format_moment(found->second.at);
}

json::array format_holders(const CardReading& reading) {
  json::array holders;
  for (const CardReading::Holder& holder : reading.holders)
    holders.push_back({{"name", holder.name},
                       {"pid", holder.pid},
                       {"used_bytes", holder.used ? json::value(holder.used->count) : json::value(nullptr)}});
  return holders;
}

json::array format_parts(const Situation& situation, const std::vector<SenseView>& views, const CardSpec& card) {
  json::array parts;
  for (const CardPart& part : parts_of(situation, views, card))
    parts.push_back({{"kind", to_string(part.kind)}, {"name", part.name}, {"bytes", part.size.count}});
  return parts;
}

}  // namespace

json::array format_cards(const Situation& situation) {
  const std::vector<SenseView> views = view_senses(situation);
  json::array cards;
  for (const CardSpec& spec : situation.config.cards) {
    const CardReading* reading = situation.card(spec.name);
    const auto figure = [&](Bytes CardReading::* part) {
      return reading == nullptr ? json::value(nullptr) : json::value((reading->*part).count);
    };
    cards.push_back({{"name", spec.name},
                     {"total_bytes", figure(&CardReading::total)},
                     {"used_bytes", figure(&CardReading::used)},
                     {"free_bytes", figure(&CardReading::free)},
                     {"headroom_bytes", spec.headroom.count},
                     {"parts", format_parts(situation, views, spec)},
                     {"holders", reading == nullptr ? json::array() : format_holders(*reading)},
                     {"seen_at", seen_at(situation.seen.cards, spec.name)},
                     {"error", error_of(situation.seen.cards, spec.name)}});
  }
  return cards;
}

json::array format_engines(const Situation& situation) {
  json::array engines;
  for (const EngineSpec& spec : situation.config.engines) {
    const std::string& name = spec.server.name;
    const EngineReading* reading = situation.engine(name);
    engines.push_back({{"name", name},
                       {"reachable", reading != nullptr},
                       {"version", reading == nullptr ? "" : reading->version},
                       {"note", reading == nullptr ? "" : reading->note},
                       {"seen_at", seen_at(situation.seen.engines, name)},
                       {"error", error_of(situation.seen.engines, name)}});
  }
  return engines;
}

json::array format_renderers(const Situation& situation) {
  json::array renderers;
  for (const RendererSpec& spec : situation.config.renderers) {
    const std::string& name = spec.server.name;
    const RendererReading* reading = situation.renderer(name);
    renderers.push_back({{"name", name},
                         {"card", spec.card},
                         {"reachable", reading != nullptr},
                         {"version", reading == nullptr ? "" : reading->version},
                         {"held_bytes", reading == nullptr ? json::value(nullptr) : json::value(reading->held.count)},
                         {"seen_at", seen_at(situation.seen.renderers, name)},
                         {"error", error_of(situation.seen.renderers, name)}});
  }
  return renderers;
}

}  // namespace malin::api
