#include "app/daemon.hpp"

#include <optional>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <spdlog/spdlog.h>

#include "adapters/sqlite/sqlite_store.hpp"
#include "adapters/sqlite/state_folder.hpp"
#include "adapters/system/page_cache.hpp"
#include "api/api.hpp"
#include "app/chat_proxy.hpp"
#include "app/conversation.hpp"
#include "app/parts.hpp"
#include "app/studio.hpp"
#include "app/trace_recorder.hpp"
#include "app/version.hpp"
#include "app/warm_return.hpp"
#include "control/controller.hpp"
#include "control/log.hpp"

namespace malin::app {

namespace asio = boost::asio;

struct Daemon::Impl {
  Impl(Clock& clock_, const AppConfig& config_, DaemonOptions options_, adapters::StateFolder folder_)
      : clock(clock_),
        config(config_),
        options(std::move(options_)),
        folder(std::move(folder_)),
        trace(folder.directory / "trace.jsonl") {}

  Task<void> run();
  Task<void> tell_how_it_stands();
  Task<void> run_webhook();
  Task<void> run_proxy();
  Task<void> run_conversation();
  Task<void> run_warm_return();

  Clock& clock;
  const AppConfig& config;
  DaemonOptions options;
  adapters::StateFolder folder;
  TraceRecorder trace;
  std::unique_ptr<adapters::SqliteStore> store;
  std::unique_ptr<Parts> parts;
  std::optional<control::Outside> outside;
  std::unique_ptr<control::Controller> controller;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<ChatProxy> proxy;            // Empty: none is configured.
  std::unique_ptr<Conversation> conversation;  // Empty: the person may not write commands.
  adapters::PageCache page_cache{clock};
  std::unique_ptr<WarmReturn> warm_return;
  std::uint16_t port = 0;
  bool is_stopping = false;
};

namespace {

control::ControllerOptions controller_options(const AppConfig& config, const DaemonOptions& options,
                                              std::function<void()> on_progress, TraceRecorder& trace) {
  return {.turn_expiry = config.presence.turn_expiry,
          .on_progress = std::move(on_progress),
          .progress_interval = options.progress_interval,
          .on_turn = [&trace](const Turn& turn, TimePoint ended_at) { trace.record(turn, ended_at); },
          .on_job = [&trace](const Job& job) { trace.record(job); }};
}

api::ApiOptions api_options(const AppConfig& config) {
  return {
      .address = config.api.address, .port = config.api.port, .token = config.api.token.reveal(), .version = version()};
}

}  // namespace

Task<Result<std::unique_ptr<Daemon>>> Daemon::open(asio::any_io_executor executor, Clock& clock,
                                                   const AppConfig& config, DaemonOptions options) {
  const std::filesystem::path studio = find_studio().value_or("");
  auto folder = adapters::open_state(config.root.state_dir);
  if (!folder) co_return std::unexpected(folder.error());
  auto impl = std::make_unique<Impl>(clock, config, std::move(options), std::move(*folder));
  auto store = adapters::SqliteStore::open(impl->folder.database);
  if (!store) co_return std::unexpected(store.error());
  impl->store = std::move(*store);
  Result<Ledger> ledger = co_await impl->store->load();
  if (!ledger) co_return std::unexpected(ledger.error());
  auto on_hint = [raw = impl.get()](bool is_over) {
    if (raw->controller) raw->controller->hint(is_over);
  };
  auto parts = make_parts(executor, clock, config, studio, std::move(on_hint));
  if (!parts) co_return std::unexpected(parts.error());
  impl->parts = std::move(*parts);
  impl->outside.emplace(outside_of(config, *impl->parts, clock, *impl->store, impl->folder.spool));
  auto on_progress = [raw = impl.get()] {
    if (raw->api) raw->api->look();
    if (raw->options.on_progress) raw->options.on_progress();
  };
  impl->controller = std::make_unique<control::Controller>(
      executor, config.core, *impl->outside, std::move(*ledger),
      controller_options(config, impl->options, std::move(on_progress), impl->trace));
  impl->api = std::make_unique<api::Api>(executor, clock, config.core, *impl->controller, api_options(config));
  const Result<std::uint16_t> port = impl->api->listen();
  if (!port) co_return std::unexpected(port.error());
  impl->port = *port;
  if (config.proxy) {
    impl->proxy = std::make_unique<ChatProxy>(executor, clock, config, *impl->controller);
    const Result<std::uint16_t> door = impl->proxy->listen();
    if (!door) co_return std::unexpected(door.error());
  }
  if (impl->parts->inbox)
    impl->conversation = std::make_unique<Conversation>(executor, clock, config.core, *impl->controller,
                                                        *impl->parts->courier, *impl->parts->inbox);
  impl->warm_return =
      std::make_unique<WarmReturn>(clock, config.core, *impl->controller, impl->outside->engines,
                                   [raw = impl.get()](std::string path, Bytes beside, std::function<bool()> may_go_on) {
                                     return raw->page_cache.warm(std::move(path), beside, std::move(may_go_on));
                                   });
  co_return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

std::uint16_t Daemon::port() const { return impl_->port; }

// Logs each change of the line that sums everything up, and reports the first moment at which everyone is here.
Task<void> Daemon::Impl::tell_how_it_stands() {
  constexpr Duration longest{3'600'000};
  std::string told;
  bool was_ready = false;
  std::optional<Glow> glow_told;
  while (!is_stopping) {
    const std::int64_t revision = controller->revision();
    const Situation now = controller->situation();
    const std::vector<SenseView> senses = view_senses(now);
    const Glow glow = glow_of(now, senses);
    const std::string line = explain(now, senses);
    if (line != std::exchange(told, line)) {
      control::log(spdlog::level::info, line, {{"glow", to_string(glow)}});
      if (options.on_line) options.on_line(line);
    }
    if (parts->webhook && glow_told != glow) parts->webhook->tell(to_string(glow), line);
    glow_told = glow;
    if (!was_ready && glow == Glow::green) {
      was_ready = true;
      if (options.on_ready) options.on_ready();
    }
    co_await controller->wait_for_news(revision, clock.now() + longest);
  }
  if (parts->webhook) parts->webhook->stop();
  if (conversation) conversation->stop();
}

Task<void> Daemon::Impl::run_webhook() {
  if (parts->webhook) co_await parts->webhook->run();
}

Task<void> Daemon::Impl::run_proxy() {
  if (proxy) co_await proxy->run();
}

Task<void> Daemon::Impl::run_conversation() {
  if (conversation) co_await conversation->run();
}

Task<void> Daemon::Impl::run_warm_return() { return warm_return->run(); }

Task<void> Daemon::Impl::run() {
  using namespace asio::experimental::awaitable_operators;
  spdlog::info("listening on http://{}:{}, state in {}", config.api.address, port, folder.directory.string());
  co_await (controller->run() && tell_how_it_stands() && run_webhook() && run_proxy() && run_conversation() &&
            run_warm_return());
  api->stop();
  co_await api->stopped();
}

Task<void> Daemon::run() { return impl_->run(); }

void Daemon::stop() {
  impl_->is_stopping = true;
  impl_->controller->stop();
}

}  // namespace malin::app
