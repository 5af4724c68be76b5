#include "world/universe.hpp"

#include <algorithm>
#include <stdexcept>

#include "world/lmstudio_port.hpp"

namespace malin::world {

namespace {

template <class T>
T* find_unit(const std::vector<std::unique_ptr<T>>& units, std::string_view name) {
  const auto found = std::ranges::find_if(units, [&](const auto& unit) { return unit->plan.name == name; });
  return found == units.end() ? nullptr : found->get();
}

}  // namespace

Universe::Universe(const UniversePlan& plan) : telegram(clock, {}) {
  for (const CardPlan& card : plan.cards) gpus.push_back(std::make_unique<Gpu>(clock, card));
  for (const StudioPlan& studio : plan.studios)
    studios.push_back(std::make_unique<Studio>(clock, gpu(studio.card), studio));
  for (const VoicePlan& voice : plan.voices) voices.push_back(std::make_unique<Voice>(clock, gpu(voice.card), voice));
  for (const ComfyPlan& comfy : plan.comfyuis)
    comfyuis.push_back(std::make_unique<Comfy>(context.get_executor(), clock, gpu(comfy.card), comfy));
  for (const auto& comfy : comfyuis)
    if (!comfy->comfyui.start()) throw std::logic_error("no room for ComfyUI at the start");
  for (const auto& voice : voices)
    if (!voice->chatterbox.start()) throw std::logic_error("no room for Chatterbox at the start");
  load_senses(plan.config);
}

void Universe::load_senses(const Config& config) {
  for (const SenseSpec& sense : config.senses) {
    Studio* host = studio(sense.engine);
    if (host == nullptr || !host->plan.starts_loaded) continue;
    LoadRequest request;
    request.model = sense.model;
    request.identifier = sense.identifier;
    request.config = sense.load_config;
    request.context_length = context_of(sense.load_config);
    if (!host->studio.begin_load(std::move(request))) throw std::logic_error("no room for " + sense.name);
    host->studio.hurry();
  }
}

Gpu& Universe::gpu(std::string_view name) {
  const auto found = std::ranges::find_if(gpus, [&](const auto& one) { return one->ledger.name() == name; });
  if (found == gpus.end()) throw std::logic_error("no such card");
  return **found;
}

Studio* Universe::studio(std::string_view name) { return find_unit(studios, name); }
Voice* Universe::voice(std::string_view name) { return find_unit(voices, name); }
Comfy* Universe::comfy(std::string_view name) { return find_unit(comfyuis, name); }

}  // namespace malin::world
