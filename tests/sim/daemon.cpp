#include "sim/daemon.hpp"

#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

namespace malin::sim {

namespace {

constexpr Duration command_limit{60'000};

}  // namespace

Daemon::Daemon(Universe& universe, Checker& checker, std::function<world::Mishap(const world::PortCall&)> mishap_of,
               Duration offset, std::uint64_t seed)
    : universe_(universe), checker_(checker), offset_(offset), dice_(seed, "daemon"), clock_(universe.clock, offset) {
  watch_calls(std::move(mishap_of));
  ports_ = std::make_unique<world::Ports>(universe_, universe_.plan.config, log_, [this] { return dice_.number(); });
  watch_ports();
  make_outside();
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

void Daemon::make_outside() {
  store_ = std::make_unique<SimStore>(universe_.clock, universe_.disk, universe_.database, universe_.is_disk_full,
                                      universe_.plan.write_time);
  store_->on_durable = [this](const Changes& changes) { checker_.committed(changes, offset_); };
  outside_ = std::make_unique<control::Outside>(control::Outside{.clock = clock_,
                                                                 .store = *store_,
                                                                 .inspector = ports_->inspector,
                                                                 .commands = ports_->commands,
                                                                 .courier = ports_->courier.get(),
                                                                 .cards = ports_->cards_by_name(),
                                                                 .engines = ports_->engines_by_name(),
                                                                 .renderers = ports_->renderers_by_name(),
                                                                 .spool = "/spool"});
  const auto add_commands = [this](const ServerSpec& server) {
    outside_->servers[server.name] = {"start " + server.name, "restart " + server.name, command_limit};
  };
  for (const EngineSpec& engine : universe_.plan.config.engines) add_commands(engine.server);
  for (const RendererSpec& renderer : universe_.plan.config.renderers) add_commands(renderer.server);
}

template <class Port>
void Daemon::watch_engine(Port& port, const std::string& name) {
  port.on_reading = [this, name](TimePoint asked, const EngineReading& reading) {
    checker_.engine_told(name, asked, reading);
  };
  port.on_unload = [this, name](const std::string& identifier) { checker_.unloads(name, identifier); };
  port.on_deep_probe = [this, name](const std::string& instance) { checker_.deep_probed(name, instance); };
}

void Daemon::watch_ports() {
  for (std::size_t i = 0; i < ports_->cards.size(); ++i)
    ports_->cards[i]->on_reading = [this, name = universe_.gpus[i]->ledger.name()](TimePoint asked,
                                                                                   const CardReading& reading) {
      checker_.card_told(name, asked, reading);
    };
  for (std::size_t i = 0; i < ports_->studios.size(); ++i)
    watch_engine(*ports_->studios[i], universe_.studios[i]->plan.name);
  for (std::size_t i = 0; i < ports_->voices.size(); ++i)
    watch_engine(*ports_->voices[i], universe_.voices[i]->plan.name);
  for (std::size_t i = 0; i < ports_->comfyuis.size(); ++i) {
    world::ComfyUiPort& port = *ports_->comfyuis[i];
    const std::string name = universe_.comfyuis[i]->plan.name;
    port.on_reading = [this, name](TimePoint asked, const RendererReading& reading) {
      checker_.renderer_told(name, asked, reading);
    };
    port.on_submit = [this, name](const RenderOrder& order) { checker_.submits(name, order); };
  }
}

}  // namespace malin::sim
