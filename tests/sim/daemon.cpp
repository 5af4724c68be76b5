#include "sim/daemon.hpp"

#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

namespace malin::sim {

namespace {

constexpr Duration command_limit{60'000};
constexpr Duration command_takes{3'000};

}  // namespace

Daemon::Daemon(Universe& universe, Checker& checker, std::function<world::Mishap(const world::PortCall&)> mishap_of,
               Duration offset, std::uint64_t seed)
    : universe_(universe), checker_(checker), offset_(offset), dice_(seed, "daemon"), clock_(universe.clock, offset) {
  watch_calls(std::move(mishap_of));
  make_rest();
  make_cards();
  make_engines();
  make_renderers();
  Result<Ledger> ledger = store_->read_now();
  if (!ledger) throw std::runtime_error(ledger.error().message);
  checker_.read_back(*ledger);
  controller_ = std::make_unique<control::Controller>(
      context_.get_executor(), universe_.plan.config, *outside_, std::move(*ledger),
      control::ControllerOptions{.turn_expiry = universe_.plan.turn_expiry});
  for (const auto& comfy : universe_.comfyuis) comfy->words.on_moved = [this] { controller_->hint(false); };
  boost::asio::co_spawn(context_, controller_->run(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  chat_program_ = std::make_unique<ChatProgram>(universe_, checker_, *controller_, clock_, context_);
}

Daemon::~Daemon() {
  for (const auto& comfy : universe_.comfyuis) comfy->words.on_moved = nullptr;
  log_ = {};
  context_.die();
}

void Daemon::watch_calls(std::function<world::Mishap(const world::PortCall&)> mishap_of) {
  log_.mishap_of = std::move(mishap_of);
  log_.on_call = [this](const world::PortCall& call, world::Mishap mishap) { checker_.called(call, mishap); };
  log_.on_answer = [this](const world::PortCall& call, const Error* error) { checker_.answered(call, error); };
}

void Daemon::make_rest() {
  inspector_ = std::make_unique<world::InspectorPort>(universe_.spool, wire("inspector"));
  std::map<std::string, std::function<Result<void>()>> deeds;
  for (const auto& one : universe_.studios) {
    world::LmStudio& studio = one->studio;
    const auto again = [&studio]() -> Result<void> {
      if (studio.alive()) studio.die();
      studio.revive();
      return {};
    };
    deeds["start " + one->plan.name] = deeds["restart " + one->plan.name] = again;
  }
  for (const auto& one : universe_.voices) {
    world::Chatterbox& voice = one->chatterbox;
    const auto again = [&voice] {
      if (voice.alive()) voice.die();
      return voice.start();
    };
    deeds["start " + one->plan.name] = deeds["restart " + one->plan.name] = again;
  }
  for (const auto& one : universe_.comfyuis) {
    world::ComfyUi& comfy = one->comfyui;
    const auto again = [&comfy] {
      comfy.kill();
      return comfy.start();
    };
    deeds["start " + one->plan.name] = deeds["restart " + one->plan.name] = again;
  }
  commands_ = std::make_unique<world::CommandsPort>(std::move(deeds), wire("shell"), command_takes);
  store_ = std::make_unique<SimStore>(universe_.clock, universe_.disk, universe_.database, universe_.is_disk_full,
                                      SimStore::Options{.write_time = universe_.plan.write_time});
  store_->on_durable = [this](const Changes& changes) { checker_.committed(changes, offset_); };
  outside_ = std::make_unique<control::Outside>(
      control::Outside{.clock = clock_, .store = *store_, .inspector = *inspector_, .commands = *commands_});
  outside_->spool = "/spool";
  if (const auto& courier = universe_.plan.config.courier) {
    courier_ =
        std::make_unique<world::TelegramPort>(universe_.telegram, universe_.telegram_faults, universe_.spool,
                                              wire("telegram"), world::TelegramPortOptions{.edits = courier->edits});
    outside_->courier = courier_.get();
  }
  const auto add_commands = [this](const ServerSpec& server) {
    outside_->servers[server.name] = {"start " + server.name, "restart " + server.name, command_limit};
  };
  for (const EngineSpec& engine : universe_.plan.config.engines) add_commands(engine.server);
  for (const RendererSpec& renderer : universe_.plan.config.renderers) add_commands(renderer.server);
}

void Daemon::make_cards() {
  for (const auto& gpu : universe_.gpus) {
    const std::string name = gpu->ledger.name();
    cards_.push_back(std::make_unique<world::CardPort>(gpu->ledger, gpu->faults, wire(name)));
    cards_.back()->on_reading = [this, name](TimePoint asked, const CardReading& reading) {
      checker_.card_told(name, asked, reading);
    };
    outside_->cards[name] = cards_.back().get();
  }
}

template <class Port>
void Daemon::watch_engine(Port& port, const std::string& name) {
  port.on_reading = [this, name](TimePoint asked, const EngineReading& reading) {
    checker_.engine_told(name, asked, reading);
  };
  port.on_unload = [this, name](const std::string& identifier) { checker_.unloads(name, identifier); };
  port.on_deep_probe = [this, name](const std::string& instance) { checker_.deep_probed(name, instance); };
  outside_->engines[name] = &port;
}

void Daemon::make_engines() {
  for (const auto& one : universe_.studios) {
    const std::string name = one->plan.name;
    auto port = std::make_unique<world::LmStudioPort>(one->studio, wire(name, true),
                                                      world::LmStudioPortOptions{.poll = Duration{250}});
    watch_engine(*port, name);
    engines_.push_back(std::move(port));
  }
  for (const auto& one : universe_.voices) {
    const std::string name = one->plan.name;
    auto port = std::make_unique<world::ChatterboxPort>(
        universe_.context.get_executor(), one->chatterbox, wire(name),
        world::ChatterboxPortOptions{.identifier = name, .can_unload = one->plan.can_unload});
    watch_engine(*port, name);
    engines_.push_back(std::move(port));
  }
}

void Daemon::make_renderers() {
  for (const auto& one : universe_.comfyuis) {
    const std::string name = one->plan.name;
    renderers_.push_back(std::make_unique<world::ComfyUiPort>(one->comfyui, one->faults, universe_.spool, wire(name),
                                                              world::ComfyUiPortOptions{.kinds = one->plan.kinds}));
    renderers_.back()->on_reading = [this, name](TimePoint asked, const RendererReading& reading) {
      checker_.renderer_told(name, asked, reading);
    };
    renderers_.back()->on_submit = [this, name](const RenderOrder& order) { checker_.submits(name, order); };
    outside_->renderers[name] = renderers_.back().get();
  }
}

}  // namespace malin::sim
