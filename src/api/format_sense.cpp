#include "api/format_sense.hpp"

#include <chrono>
#include <cmath>

#include "core/explain.hpp"

namespace malin::api {

namespace json = boost::json;

namespace {

json::value format_absence(const Situation& situation, const std::string& sense) {
  const auto found = situation.ledger.absences.find(sense);
  if (found == situation.ledger.absences.end()) return nullptr;
  const Absence& absence = found->second;
  return {
      {"window", absence.window}, {"since", format_time(absence.since)}, {"deadline", format_time(absence.deadline)}};
}

json::value load_seconds(const Situation& situation, const std::string& sense) {
  const auto found = situation.ledger.profiles.find(sense);
  if (found == situation.ledger.profiles.end() || !found->second.load_time) return nullptr;
  return std::chrono::duration<double>(*found->second.load_time).count();
}

json::value uses(const Situation& situation, const std::string& sense) {
  const auto found = situation.seen.sense_uses.find(sense);
  if (found == situation.seen.sense_uses.end()) return nullptr;
  return std::round(count_at(found->second, situation.now));
}

}  // namespace

json::object format_sense(const Situation& situation, const SenseView& view) {
  const SenseSpec& spec = *view.spec;
  return {{"name", spec.name},
          {"state", to_string(view.state)},
          {"why", view.why},
          {"progress", view.progress},
          {"engine", spec.engine},
          {"card", spec.card},
          {"identifier", spec.identifier},
          {"model", spec.model},
          {"footprint_bytes", situation.footprint(spec).count},
          {"configured_bytes", spec.footprint.count},
          {"impact", spec.impact},
          {"load_seconds", load_seconds(situation, spec.name)},
          {"uses", uses(situation, spec.name)},
          {"evictable", spec.evictable},
          {"away", format_absence(situation, spec.name)}};
}

json::array format_senses(const Situation& situation, const std::vector<SenseView>& views) {
  json::array senses;
  for (const SenseView& view : views) senses.push_back(format_sense(situation, view));
  return senses;
}

json::object format_summary(const Situation& situation, const std::vector<SenseView>& views) {
  json::array senses;
  for (const SenseView& view : views) senses.push_back({{"name", view.spec->name}, {"state", to_string(view.state)}});
  return {{"glow", to_string(glow_of(situation, views))},
          {"line", explain(situation, views)},
          {"senses", std::move(senses)}};
}

}  // namespace malin::api
