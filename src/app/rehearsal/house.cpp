#include "app/rehearsal/house.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace malin::app::rehearsal {

namespace {

// The sense as the simulated world has it: a model of its own that takes exactly the footprint.
void settle_in(SenseSpec& sense, bool is_chatterbox) {
  sense.model = is_chatterbox ? "chatterbox" : sense.identifier;
  sense.load_config = is_chatterbox ? "" : "context=1";
  sense.ttl.reset();
}

Result<std::string> card_of(const Config& config, const EngineSpec& engine) {
  std::set<std::string> cards;
  for (const SenseSpec& sense : config.senses)
    if (sense.engine == engine.server.name) cards.insert(sense.card);
  if (cards.size() > 1)
    return fail(Errc::refused, fmt::format("{} has senses on {} cards, and a rehearsal knows engines on one card only",
                                           engine.server.name, cards.size()));
  return cards.empty() ? config.cards.front().name : *cards.begin();
}

Result<Bytes> spare_of(const Config& config, const HouseFacts& facts, const CardSpec& card) {
  Bytes spare = facts.totals.at(card.name);
  for (const SenseSpec& sense : config.senses)
    if (sense.card == card.name) spare -= sense.footprint;
  if (spare >= Bytes{}) return spare;
  return fail(Errc::refused, fmt::format("the senses of card {} take {} more than it has ({}): correct their "
                                         "footprints or cards.{}.total",
                                         card.name, format_bytes(Bytes{} - spare),
                                         format_bytes(facts.totals.at(card.name)), card.name));
}

void add_studio(const EngineSpec& engine, const std::string& card, const Timings& timings, world::UniversePlan& plan) {
  world::StudioPlan studio{.name = engine.server.name, .card = card};
  studio.options.models.clear();
  studio.options.guardrails = false;
  for (const SenseSpec& sense : plan.config.senses) {
    if (sense.engine != engine.server.name) continue;
    world::Model model{.key = sense.model};
    model.weights = sense.footprint;
    model.load_time = timings.loads.at(sense.name).length;
    studio.options.models.push_back(std::move(model));
  }
  plan.studios.push_back(std::move(studio));
}

void add_voice(const EngineSpec& engine, const std::string& card, const Timings& timings, world::UniversePlan& plan) {
  world::VoicePlan voice{.name = engine.server.name, .card = card, .identifier = engine.server.name};
  voice.can_unload = engine.can_unload;
  voice.options.model = voice.options.context = Bytes{};
  const auto sense = std::ranges::find(plan.config.senses, engine.server.name, &SenseSpec::engine);
  if (sense != plan.config.senses.end()) {
    voice.identifier = sense->identifier;
    voice.options.model = sense->footprint;
    voice.options.load_time = timings.loads.at(sense->name).length;
  }
  plan.voices.push_back(std::move(voice));
}

void add_renderer(const RendererSpec& renderer, Bytes context, const Timings& timings, world::UniversePlan& plan) {
  world::ComfyPlan comfy{.name = renderer.server.name, .card = renderer.card};
  comfy.options.context = context;
  comfy.options.leftover = std::min(comfy.options.leftover, renderer.rest);
  for (const KindSpec& kind : plan.config.kinds) {
    if (kind.renderer != renderer.server.name) continue;
    const Bytes used{kind.need.count / 10 * 9};
    comfy.kinds[kind.name] = {.weights = {used.count / 4 * 3},
                              .workspace = {used.count / 4},
                              .time = timings.renders.at(kind.name).length,
                              .video = kind.is_video};
  }
  plan.comfyuis.push_back(std::move(comfy));
}

}  // namespace

Result<world::UniversePlan> plan_house(const Config& config, const HouseFacts& facts, const Timings& timings) {
  world::UniversePlan plan{.config = config};
  plan.config.courier.reset();
  for (SenseSpec& sense : plan.config.senses) settle_in(sense, facts.chatterboxes.contains(sense.engine));
  std::map<std::string, Bytes> spare;
  for (const CardSpec& card : config.cards) {
    const Result<Bytes> left = spare_of(config, facts, card);
    if (!left) return std::unexpected(left.error());
    spare[card.name] = *left;
    plan.cards.push_back({.name = card.name, .total = facts.totals.at(card.name)});
  }
  for (const EngineSpec& engine : config.engines) {
    const Result<std::string> card = card_of(config, engine);
    if (!card) return std::unexpected(card.error());
    if (facts.chatterboxes.contains(engine.server.name))
      add_voice(engine, *card, timings, plan);
    else
      add_studio(engine, *card, timings, plan);
  }
  for (const RendererSpec& renderer : config.renderers) {
    const Bytes context = std::min(assumed_context, spare[renderer.card]);
    spare[renderer.card] -= context;
    add_renderer(renderer, context, timings, plan);
  }
  return plan;
}

}  // namespace malin::app::rehearsal
