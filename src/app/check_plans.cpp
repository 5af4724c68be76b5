#include <algorithm>

#include <fmt/format.h>

#include "app/check.hpp"
#include "core/room.hpp"

namespace malin::app {

namespace {

const EngineReading* engine_of(const Visits& visits, const SenseSpec& sense) {
  const auto found = visits.engines.find(sense.engine);
  return found == visits.engines.end() || !found->second ? nullptr : &*found->second;
}

const Resident* resident_of(const EngineReading& engine, const SenseSpec& sense) {
  const auto by_name = std::ranges::find(engine.residents, sense.identifier, &Resident::identifier);
  if (by_name != engine.residents.end()) return &*by_name;
  const auto by_model = std::ranges::find(engine.residents, sense.model, &Resident::model);
  return by_model == engine.residents.end() ? nullptr : &*by_model;
}

// Whether its model is on the engine's disk, as far as the engine tells.
bool is_known_absent(const Visits& visits, const SenseSpec& sense) {
  const auto models = visits.models.find(sense.engine);
  return models != visits.models.end() && !models->second.contains(sense.model);
}

Finding judge_sense(const Visits& visits, const SenseSpec& sense) {
  const std::string part = "sense " + sense.name;
  const EngineReading* engine = engine_of(visits, sense);
  if (engine == nullptr)
    return {Verdict::wrong, part, fmt::format("cannot be there while {} does not answer", sense.engine), ""};
  const Resident* resident = resident_of(*engine, sense);
  if (resident == nullptr && is_known_absent(visits, sense))
    return {Verdict::wrong, part, fmt::format("{} has no model \"{}\"", sense.engine, sense.model),
            fmt::format("set senses.{}.model to a key that `lms ls` shows, or download it", sense.name)};
  if (resident == nullptr)
    return {Verdict::remark, part, fmt::format("{} is not loaded", sense.model), "the daemon loads it when it starts"};
  if (resident->identifier != sense.identifier)
    return {
        Verdict::remark, part,
        fmt::format("{} is loaded as \"{}\" and not as \"{}\"", sense.model, resident->identifier, sense.identifier),
        fmt::format("set senses.{}.identifier to that name, or the model is loaded anew", sense.name)};
  return {Verdict::good, part, fmt::format("{} is loaded, {}", sense.model, format_bytes(sense.footprint)), ""};
}

// The world as it would be with every sense at home: what a plan has to work with.
struct FullHouse {
  std::vector<InFlight> in_flight;
  Ledger ledger;
  Observation seen;
  std::map<std::string, Bytes> over;           // By card: how much does not fit.
  std::map<std::string, std::string> unclear;  // By card: a sense that cannot be there, so nothing can be said.
};

template <class T>
void put(std::map<std::string, Reading<T>>& readings, const std::map<std::string, Result<T>>& visits) {
  for (const auto& [name, visit] : visits) {
    if (visit) readings[name].value = *visit;
  }
}

void bring_home(const SenseSpec& sense, const Visits& visits, FullHouse& house) {
  const auto engine = house.seen.engines.find(sense.engine);
  if (engine == house.seen.engines.end()) {
    house.unclear[sense.card] = sense.name;
    return;
  }
  const Resident* resident = resident_of(*engine->second.value, sense);
  if (resident != nullptr) {
    house.seen.deep_probes[sense.name].instance = resident->instance;
    return;
  }
  if (is_known_absent(visits, sense)) house.unclear[sense.card] = sense.name;
  const Resident loaded{.model = sense.model, .identifier = sense.identifier, .instance = "at home"};
  engine->second.value->residents.push_back(loaded);
  house.seen.deep_probes[sense.name].instance = loaded.instance;
  const auto card = house.seen.cards.find(sense.card);
  if (card != house.seen.cards.end()) card->second.value->free -= sense.footprint;
}

FullHouse fill_house(const AppConfig& config, const Visits& visits) {
  FullHouse house;
  put(house.seen.cards, visits.cards);
  put(house.seen.engines, visits.engines);
  put(house.seen.renderers, visits.renderers);
  for (const SenseSpec& sense : config.core.senses) bring_home(sense, visits, house);
  for (auto& [name, card] : house.seen.cards) {
    if (card.value->free < Bytes{} && !house.unclear.contains(name)) house.over[name] = Bytes{} - card.value->free;
  }
  return house;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Finding judge_room(const Situation& situation, const FullHouse& house, const KindSpec& kind) {
  const std::string part = "kind " + kind.name;
  const std::string need = "needs " + format_bytes(kind.need);
  const RendererSpec* renderer = situation.config.renderer(kind.renderer);
  const auto unclear = house.unclear.find(renderer == nullptr ? "" : renderer->card);
  if (unclear != house.unclear.end())
    return {Verdict::remark, part,
            fmt::format("{}; whether there is room shows once {} can be there", need, unclear->second), ""};
  const RoomPlan plan = plan_room(situation, view_senses(situation), kind, kind.need);
  switch (plan.verdict) {
    case RoomPlan::Verdict::there:
      return {Verdict::good, part, need + ": free with everyone at home", ""};
    case RoomPlan::Verdict::evict:
      return {Verdict::good, part,
              fmt::format("{}: {} {} away for it", need, listed(plan.evict), plan.evict.size() == 1 ? "goes" : "go"),
              ""};
    case RoomPlan::Verdict::none:
      return {Verdict::wrong, part, plan.why,
              fmt::format("lower kinds.{}.need or a card's headroom, let more senses go, or end what else is there",
                          kind.name)};
    case RoomPlan::Verdict::unknown:
      break;
  }
  return {Verdict::remark, part, fmt::format("{}; whether there is room cannot be told: {}", need, plan.why), ""};
}

void judge_workflow(const Visits& visits, const KindSettings& kind, Findings& out) {
  const auto found = visits.workflows.find(kind.name);
  if (found == visits.workflows.end()) return;
  const std::string part = "kind " + kind.name;
  if (!found->second) {
    out.push_back({Verdict::remark, part, "its workflow could not be looked at: " + found->second.error().message,
                   "check again later"});
    return;
  }
  const WorkflowVisit& visit = *found->second;
  if (!visit.unknown_nodes.empty())
    out.push_back({Verdict::wrong, part,
                   fmt::format("{} does not know: {}", kind.renderer, listed(visit.unknown_nodes)),
                   "install the custom nodes of this workflow in ComfyUI, and restart it"});
  if (!visit.missing_choices.empty())
    out.push_back({Verdict::wrong, part,
                   fmt::format("{} does not have: {}", kind.renderer, listed(visit.missing_choices)),
                   fmt::format("put that file where ComfyUI looks, or name another in kinds.{}.slots or the workflow",
                               kind.name)});
}

}  // namespace

Findings judge_senses(const AppConfig& config, const Visits& visits) {
  Findings out;
  for (const SenseSpec& sense : config.senses) out.push_back(judge_sense(visits, sense));
  return out;
}

Findings judge_kinds(const AppConfig& config, const Visits& visits) {
  Findings out;
  const FullHouse house = fill_house(config, visits);
  const Situation situation{config.core, house.ledger, house.seen, house.in_flight, TimePoint{}};
  for (const auto& [card, amount] : house.over) {
    out.push_back({Verdict::wrong, "card " + card,
                   fmt::format("the senses do not fit together: {} too much; now held by {}", format_bytes(amount),
                               describe_holders(situation, card)),
                   "choose smaller models or contexts, correct the footprints, or end what else is there"});
  }
  for (const KindSettings& kind : config.kinds) {
    out.push_back(judge_room(situation, house, kind));
    judge_workflow(visits, kind, out);
  }
  return out;
}

}  // namespace malin::app
