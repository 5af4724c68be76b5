// All that is not Malin and outlives her daemon: cards, servers and the person's phone, made of a plan.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/config.hpp"
#include "world/chatterbox.hpp"
#include "world/comfyui_port.hpp"
#include "world/lmstudio.hpp"
#include "world/sim_clock.hpp"
#include "world/telegram.hpp"

namespace malin::world {

struct CardPlan {
  std::string name;
  Bytes total;
  Bytes reserved;
};

struct StudioPlan {
  std::string name;
  std::string card;
  LmStudioOptions options;
  bool starts_loaded = true;  // The senses are there already when the daemon starts for the first time.
};

struct VoicePlan {
  std::string name;
  std::string card;
  std::string identifier;
  bool can_unload = true;
  ChatterboxOptions options;
};

struct ComfyPlan {
  std::string name;
  std::string card;
  ComfyWorldOptions options;
  std::map<std::string, RenderCost> kinds;
};

// One card, engine and renderer for each that the config names.
struct UniversePlan {
  Config config;
  std::vector<CardPlan> cards;
  std::vector<StudioPlan> studios;
  std::vector<VoicePlan> voices;
  std::vector<ComfyPlan> comfyuis;
};

struct Gpu {
  Gpu(Clock& clock, const CardPlan& plan) : ledger(clock, plan.name, plan.total, plan.reserved) {}
  CardLedger ledger;
  Faults faults;
};

struct Studio {
  Studio(Clock& clock, Gpu& card, const StudioPlan& plan_)
      : plan(plan_), faults(plan_.options.seed), gpu(card), studio(clock, card.ledger, faults, plan_.options) {}
  const StudioPlan& plan;
  Faults faults;
  Gpu& gpu;
  LmStudio studio;
};

struct Voice {
  Voice(Clock& clock, Gpu& card, const VoicePlan& plan_)
      : plan(plan_), gpu(card), chatterbox(clock, card.ledger, faults, plan_.options) {}
  const VoicePlan& plan;
  Faults faults;
  Gpu& gpu;
  Chatterbox chatterbox;
};

struct Comfy {
  Comfy(boost::asio::any_io_executor executor, Clock& clock, Gpu& card, const ComfyPlan& plan_)
      : plan(plan_), gpu(card), comfyui(std::move(executor), clock, card.ledger, faults, words, plan_.options) {}
  const ComfyPlan& plan;
  Faults faults;
  Gpu& gpu;
  ComfyWords words;
  ComfyUi comfyui;
};

// A context whose coroutines can be ended while the objects that they use still live: a process that dies.
class Context : public boost::asio::io_context {
 public:
  Context() : boost::asio::io_context(1) {}
  void die() { shutdown(); }
};

struct Universe {
  // `plan` outlives the universe. Throws std::logic_error when what is there at the start does not fit on its card.
  explicit Universe(const UniversePlan& plan);
  ~Universe() { context.die(); }

  Gpu& gpu(std::string_view name);
  Studio* studio(std::string_view name);
  Voice* voice(std::string_view name);
  Comfy* comfy(std::string_view name);

  SimClock clock;
  Context context;
  std::vector<std::unique_ptr<Gpu>> gpus;
  std::vector<std::unique_ptr<Studio>> studios;
  std::vector<std::unique_ptr<Voice>> voices;
  std::vector<std::unique_ptr<Comfy>> comfyuis;
  Telegram telegram;
  Faults telegram_faults;
  Spool spool;

 private:
  void load_senses(const Config& config);
};

}  // namespace malin::world
