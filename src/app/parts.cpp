#include "app/parts.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "adapters/cards/amdgpu.hpp"
#include "adapters/cards/nvml.hpp"
#include "adapters/cards/reported_card.hpp"
#include "adapters/chatterbox/chatterbox.hpp"
#include "adapters/comfyui/comfyui.hpp"
#include "adapters/http/http_engine.hpp"
#include "adapters/lmstudio/lmstudio.hpp"
#include "adapters/media/media_inspector.hpp"
#include "adapters/telegram/telegram.hpp"
#include "adapters/telegram/telegram_inbox.hpp"

namespace malin::app {

namespace asio = boost::asio;

namespace {

std::unique_ptr<Card> make_card(const CardSettings& card, const Parts& parts) {
  if (card.driver == "renderer") {
    Renderer* renderer = parts.renderers.at(card.renderer).get();
    return std::make_unique<adapters::ReportedCard>([renderer] { return renderer->probe(); });
  }
  const std::string which = card.uuid.empty() ? std::to_string(card.index) : card.uuid;
  if (card.driver == "amdgpu") return std::make_unique<adapters::AmdCard>(which);
  adapters::NvmlOptions options;
  if (!card.library.empty()) options.library = card.library;
  return std::make_unique<adapters::NvmlCard>(which, std::move(options));
}

// The sense on an engine that hosts only one.
const SenseSpec* only_sense(const AppConfig& config, const std::string& engine) {
  const auto found = std::ranges::find(config.senses, engine, &SenseSpec::engine);
  return found == config.senses.end() ? nullptr : &*found;
}

// A limit of the adapter itself, beyond the one of each load.
Duration longest_load(const AppConfig& config, const std::string& engine) {
  Duration longest{};
  for (const SenseSpec& sense : config.senses)
    if (sense.engine == engine) longest = std::max(longest, sense.load_limit);
  return longest;
}

adapters::ChatterboxFlavour flavour_of(const EngineSettings& engine) {
  if (engine.flavour == "devnen") return adapters::ChatterboxFlavour::devnen;
  if (engine.flavour == "travisvn") return adapters::ChatterboxFlavour::travisvn;
  return adapters::ChatterboxFlavour::detect;
}

std::unique_ptr<Engine> make_engine(const asio::any_io_executor& executor, const AppConfig& config,
                                    const EngineSettings& engine) {
  const SenseSpec* sense = only_sense(config, engine.name);
  if (engine.type == "lmstudio") {
    adapters::LmStudioOptions options;
    options.url = engine.url;
    options.token = engine.token.reveal();
    options.models_dir = engine.models_dir;
    options.load_limit = longest_load(config, engine.name);
    return std::make_unique<adapters::LmStudio>(executor, std::move(options));
  }
  if (engine.type == "chatterbox") {
    adapters::ChatterboxOptions options;
    options.url = engine.url;
    options.flavour = flavour_of(engine);
    options.voice = engine.voice;
    if (sense != nullptr) options.identifier = sense->identifier;
    return std::make_unique<adapters::Chatterbox>(executor, std::move(options));
  }
  adapters::HttpEngineOptions options;
  options.url = engine.url;
  options.path = engine.health;
  if (sense != nullptr) {
    options.model = sense->model;
    options.identifier = sense->identifier;
  }
  return std::make_unique<adapters::HttpEngine>(executor, std::move(options));
}

Result<void> make_renderers(const asio::any_io_executor& executor, Clock& clock, const AppConfig& config,
                            const std::function<void(bool)>& on_hint, Parts& parts) {
  for (const RendererSettings& renderer : config.renderers) {
    adapters::ComfyUiOptions options;
    options.url = renderer.url;
    options.on_hint = on_hint;
    for (const KindSettings& kind : config.kinds)
      if (kind.renderer == renderer.name) options.workflows.emplace(kind.name, kind.graph);
    auto made = adapters::ComfyUi::create(executor, clock, std::move(options));
    if (!made) return std::unexpected(made.error());
    parts.renderers[renderer.name] = std::move(*made);
  }
  return {};
}

Result<void> make_courier(const asio::any_io_executor& executor, const AppConfig& config, Parts& parts) {
  if (!config.courier) return {};
  adapters::TelegramOptions options;
  options.api_root = config.courier->api_root;
  options.token = config.courier->token.reveal();
  options.chat_id = std::to_string(config.courier->chat_id);
  options.notify_again = config.courier->deliver == "send";
  auto made = adapters::Telegram::make(executor, std::move(options));
  if (!made) return std::unexpected(made.error());
  parts.courier = std::move(*made);
  return {};
}

Result<void> make_inbox(const asio::any_io_executor& executor, const AppConfig& config, Parts& parts) {
  if (!config.courier || !config.courier->commands) return {};
  adapters::TelegramInboxOptions options;
  options.api_root = config.courier->api_root;
  options.token = config.courier->token.reveal();
  options.chat = config.courier->chat_id;
  auto made = adapters::TelegramInbox::make(executor, std::move(options));
  if (!made) return std::unexpected(made.error());
  parts.inbox = std::move(*made);
  return {};
}

Result<void> make_webhook(const asio::any_io_executor& executor, Clock& clock, const AppConfig& config, Parts& parts) {
  if (!config.webhook) return {};
  adapters::WebhookOptions options;
  options.url = config.webhook->url;
  options.secret = config.webhook->token.reveal();
  options.on_trouble = [](const Error& error) { spdlog::warn("webhook: not taken, trying again: {}", error.message); };
  auto made = adapters::Webhook::make(executor, clock, std::move(options));
  if (!made) return std::unexpected(made.error());
  parts.webhook = std::move(*made);
  return {};
}

}  // namespace

Result<std::unique_ptr<Parts>> make_parts(asio::any_io_executor executor, Clock& clock, const AppConfig& config,
                                          const std::filesystem::path& studio, std::function<void(bool)> on_hint) {
  auto parts = std::make_unique<Parts>();
  adapters::MediaInspectorOptions inspector;
  inspector.worker_command = {studio.string(), "inspect-media"};
  parts->inspector = std::make_unique<adapters::MediaInspector>(std::move(inspector));
  Result<void> done = make_renderers(executor, clock, config, on_hint, *parts);
  if (done) done = make_courier(executor, config, *parts);
  if (done) done = make_inbox(executor, config, *parts);
  if (done) done = make_webhook(executor, clock, config, *parts);
  if (!done) return std::unexpected(done.error());
  for (const CardSettings& card : config.cards) parts->cards[card.name] = make_card(card, *parts);
  for (const EngineSettings& engine : config.engines)
    parts->engines[engine.name] = make_engine(executor, config, engine);
  return parts;
}

control::Outside outside_of(const AppConfig& config, Parts& parts, Clock& clock, Store& store,
                            std::filesystem::path spool) {
  control::Outside outside{.clock = clock,
                           .store = store,
                           .inspector = *parts.inspector,
                           .commands = parts.commands,
                           .courier = parts.courier.get(),
                           .spool = std::move(spool)};
  for (const auto& [name, card] : parts.cards) outside.cards[name] = card.get();
  for (const auto& [name, engine] : parts.engines) outside.engines[name] = engine.get();
  for (const auto& [name, renderer] : parts.renderers) outside.renderers[name] = renderer.get();
  const auto add_commands = [&outside](const ServerSettings& server) {
    outside.servers[server.name] = {server.start, server.restart, server.command_limit};
  };
  std::ranges::for_each(config.engines, add_commands);
  std::ranges::for_each(config.renderers, add_commands);
  return outside;
}

}  // namespace malin::app
