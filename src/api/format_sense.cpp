#include "api/format_sense.hpp"

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
