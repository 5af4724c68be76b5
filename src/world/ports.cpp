#include "world/ports.hpp"

namespace malin::world {

namespace {

using Deeds = std::map<std::string, std::function<Result<void>()>>;

constexpr Duration command_takes{3'000};

void add_deed(Deeds& deeds, const std::string& server, std::function<Result<void>()> again) {
  deeds["start " + server] = again;
  deeds["restart " + server] = std::move(again);
}

Deeds deeds_of(Universe& universe) {
  Deeds deeds;
  for (const auto& one : universe.studios) {
    add_deed(deeds, one->plan.name, [&studio = one->studio]() -> Result<void> {
      if (studio.alive()) studio.die();
      studio.revive();
      return {};
    });
  }
  for (const auto& one : universe.voices) {
    add_deed(deeds, one->plan.name, [&voice = one->chatterbox] {
      if (voice.alive()) voice.die();
      return voice.start();
    });
  }
  for (const auto& one : universe.comfyuis) {
    add_deed(deeds, one->plan.name, [&comfy = one->comfyui] {
      comfy.kill();
      return comfy.start();
    });
  }
  return deeds;
}

}  // namespace

Ports::Ports(Universe& universe, const Config& config, WireLog& log, const std::function<std::uint64_t()>& draw)
    : inspector(universe.spool, Wire(universe.clock, log, "inspector", draw())),
      commands(deeds_of(universe), Wire(universe.clock, log, "shell", draw()), command_takes),
      universe_(universe) {
  const auto wire = [&](const std::string& port, bool is_socket = false) {
    return Wire(universe.clock, log, port, draw(), {.is_socket = is_socket});
  };
  if (config.courier)
    courier = std::make_unique<TelegramPort>(universe.telegram, universe.telegram_faults, universe.spool,
                                             wire("telegram"), TelegramPortOptions{.edits = config.courier->edits});
  for (const auto& gpu : universe.gpus)
    cards.push_back(std::make_unique<CardPort>(gpu->ledger, gpu->faults, wire(gpu->ledger.name())));
  for (const auto& one : universe.studios)
    studios.push_back(std::make_unique<LmStudioPort>(one->studio, wire(one->plan.name, true),
                                                     LmStudioPortOptions{.poll = Duration{250}}));
  for (const auto& one : universe.voices)
    voices.push_back(std::make_unique<ChatterboxPort>(
        universe.context.get_executor(), one->chatterbox, wire(one->plan.name),
        ChatterboxPortOptions{.identifier = one->plan.identifier, .can_unload = one->plan.can_unload}));
  for (const auto& one : universe.comfyuis)
    comfyuis.push_back(std::make_unique<ComfyUiPort>(one->comfyui, one->faults, universe.spool, wire(one->plan.name),
                                                     ComfyUiPortOptions{.kinds = one->plan.kinds}));
}

std::map<std::string, Card*> Ports::cards_by_name() const {
  std::map<std::string, Card*> named;
  for (std::size_t i = 0; i < cards.size(); ++i) named[universe_.gpus[i]->ledger.name()] = cards[i].get();
  return named;
}

std::map<std::string, Engine*> Ports::engines_by_name() const {
  std::map<std::string, Engine*> named;
  for (std::size_t i = 0; i < studios.size(); ++i) named[universe_.studios[i]->plan.name] = studios[i].get();
  for (std::size_t i = 0; i < voices.size(); ++i) named[universe_.voices[i]->plan.name] = voices[i].get();
  return named;
}

std::map<std::string, Renderer*> Ports::renderers_by_name() const {
  std::map<std::string, Renderer*> named;
  for (std::size_t i = 0; i < comfyuis.size(); ++i) named[universe_.comfyuis[i]->plan.name] = comfyuis[i].get();
  return named;
}

}  // namespace malin::world
