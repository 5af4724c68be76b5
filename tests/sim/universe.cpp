#include "sim/universe.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace malin::sim {

namespace {

template <class T>
T* find_unit(const std::vector<std::unique_ptr<T>>& units, std::string_view name) {
  const auto found = std::ranges::find_if(units, [&](const auto& unit) { return unit->plan.name == name; });
  return found == units.end() ? nullptr : found->get();
}

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

// In memory where the machine has such a folder: what is tested here is not the disk.
std::filesystem::path new_folder() {
  static std::atomic<int> next = 0;
  const std::filesystem::path shm = "/dev/shm";
  const std::filesystem::path base = ::access(shm.c_str(), W_OK) == 0 ? shm : std::filesystem::temp_directory_path();
  const std::filesystem::path folder = base / fmt::format("malin-sim-{}-{}", ::getpid(), next++);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

Universe::Universe(const Plan& plan_) : plan(plan_), telegram(clock, {}) {
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
  load_senses();
  if (plan.sqlite) database = new_folder() / "malin.db";
}

Universe::~Universe() {
  context.die();
  if (!database.empty()) std::filesystem::remove_all(database.parent_path());
}

void Universe::load_senses() {
  for (const SenseSpec& sense : plan.config.senses) {
    Studio* host = studio(sense.engine);
    if (host == nullptr || !host->plan.starts_loaded) continue;
    world::LoadRequest request;
    request.model = sense.model;
    request.identifier = sense.identifier;
    request.config = sense.load_config;
    request.context_length = std::stoi(sense.load_config.substr(sense.load_config.find('=') + 1));
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

void Universe::begin(Task<Result<void>> deed) {
  boost::asio::co_spawn(context, std::move(deed),
                        [](std::exception_ptr error, const Result<void>&) { rethrow(error); });
}

}  // namespace malin::sim
