// All that is not Malin and outlives her daemon: cards, servers, the person's phone, and the disk.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "sim/plan.hpp"
#include "sim/sim_clock.hpp"
#include "sim/sim_store.hpp"
#include "world/chatterbox.hpp"
#include "world/comfyui_port.hpp"
#include "world/telegram.hpp"

namespace malin::sim {

struct Gpu {
  Gpu(Clock& clock, const CardPlan& plan) : ledger(clock, plan.name, plan.total, plan.reserved) {}
  world::CardLedger ledger;
  world::Faults faults;
};

struct Studio {
  Studio(Clock& clock, Gpu& card, const StudioPlan& plan_)
      : plan(plan_), faults(plan_.options.seed), gpu(card), studio(clock, card.ledger, faults, plan_.options) {}
  const StudioPlan& plan;
  world::Faults faults;
  Gpu& gpu;
  world::LmStudio studio;
};

struct Voice {
  Voice(Clock& clock, Gpu& card, const VoicePlan& plan_)
      : plan(plan_), gpu(card), chatterbox(clock, card.ledger, faults) {}
  const VoicePlan& plan;
  world::Faults faults;
  Gpu& gpu;
  world::Chatterbox chatterbox;
};

struct Comfy {
  Comfy(boost::asio::any_io_executor executor, Clock& clock, Gpu& card, const ComfyPlan& plan_)
      : plan(plan_), gpu(card), comfyui(std::move(executor), clock, card.ledger, faults, words, plan_.options) {}
  const ComfyPlan& plan;
  world::Faults faults;
  Gpu& gpu;
  world::ComfyWords words;
  world::ComfyUi comfyui;
};

// A context whose coroutines can be ended while the objects that they use still live: a process that dies.
class Context : public boost::asio::io_context {
 public:
  Context() : boost::asio::io_context(1) {}
  void die() { shutdown(); }
};

struct Universe {
  explicit Universe(const Plan& plan);
  ~Universe();

  Gpu& gpu(std::string_view name);
  Studio* studio(std::string_view name);
  Voice* voice(std::string_view name);
  Comfy* comfy(std::string_view name);
  // A person's deed that takes time; nobody waits for it.
  void begin(Task<Result<void>> deed);

  const Plan& plan;
  SimClock clock;
  Context context;
  std::vector<std::unique_ptr<Gpu>> gpus;
  std::vector<std::unique_ptr<Studio>> studios;
  std::vector<std::unique_ptr<Voice>> voices;
  std::vector<std::unique_ptr<Comfy>> comfyuis;
  world::Telegram telegram;
  world::Faults telegram_faults;
  world::Spool spool;
  MemoryDisk disk;
  std::filesystem::path database;  // Empty: memory.
  bool is_disk_full = false;

 private:
  void load_senses();
};

}  // namespace malin::sim
