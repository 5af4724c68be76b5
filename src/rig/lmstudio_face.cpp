#include "rig/lmstudio_face.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "net/http_server.hpp"
#include "net/url.hpp"
#include "rig/lmstudio_http.hpp"
#include "rig/lmstudio_json.hpp"
#include "rig/lmstudio_socket.hpp"

namespace malin::rig {
namespace {

constexpr std::array<std::string_view, 7> namespaces{"llm",   "embedding",  "system", "diagnostics",
                                                     "files", "repository", "plugins"};

world::LmStudioOptions with_default_configs(world::LmStudioOptions options) {
  fill_default_configs(options.models);
  return options;
}

Task<void> serve(std::shared_ptr<LmStudioBackend> backend, net::Exchange& exchange) {
  co_await wait_while_hanging(*backend);
  const std::string space(net::path_of(exchange.request().target).substr(1));
  const bool upgrade = exchange.request().headers.has("Upgrade");
  if (!upgrade || std::ranges::find(namespaces, space) == namespaces.end()) {
    co_await serve_lmstudio_http(*backend, exchange);
    co_return;
  }
  Result<std::shared_ptr<net::WebSocket>> socket = co_await exchange.accept_websocket();
  if (!socket) co_return;
  auto session = std::make_shared<LmStudioSocket>(backend, std::move(*socket), space);
  co_await LmStudioSocket::serve(std::move(session));
}

}  // namespace

struct LmStudioFace::Impl {
  Impl(const boost::asio::any_io_executor& executor_, Clock& clock, world::CardLedger& card, world::Faults& faults,
       world::LmStudioOptions world, LmStudioFaceOptions options)
      : executor(executor_),
        studio(clock, card, faults, with_default_configs(std::move(world))),
        backend(std::make_shared<LmStudioBackend>(LmStudioBackend{executor_, studio, std::move(options), {}, 1})) {}

  boost::asio::any_io_executor executor;
  world::LmStudio studio;
  std::shared_ptr<LmStudioBackend> backend;
  std::unique_ptr<net::HttpServer> server;
  std::string address;
  std::uint16_t port = 0;
};

LmStudioFace::LmStudioFace(boost::asio::any_io_executor executor, Clock& clock, world::CardLedger& card,
                           world::Faults& faults, world::LmStudioOptions world, LmStudioFaceOptions options)
    : impl_(std::make_shared<Impl>(executor, clock, card, faults, std::move(world), std::move(options))) {}

LmStudioFace::~LmStudioFace() { stop(); }

Result<std::uint16_t> LmStudioFace::listen(const std::string& address, std::uint16_t port) {
  net::Handler handler = [backend = impl_->backend](net::Exchange& exchange) { return serve(backend, exchange); };
  impl_->server = std::make_unique<net::HttpServer>(impl_->executor, std::move(handler));
  const Result<std::uint16_t> bound = impl_->server->listen(address, port);
  if (!bound) return bound;
  impl_->address = address;
  impl_->port = *bound;
  return bound;
}

void LmStudioFace::stop() {
  if (impl_->server) impl_->server->stop();
}

void LmStudioFace::tick() {
  impl_->studio.tick();
  if (!impl_->studio.alive()) stop();
}

void LmStudioFace::kill() {
  impl_->studio.die();
  stop();
}

Result<void> LmStudioFace::revive() {
  const Result<std::uint16_t> bound = listen(impl_->address, impl_->port);
  if (!bound) return std::unexpected(bound.error());
  impl_->studio.revive();
  return {};
}

bool LmStudioFace::alive() const { return impl_->studio.alive(); }

Result<std::string> LmStudioFace::begin_load(const std::string& model, const std::string& identifier,
                                             int context_length) {
  const world::Model* known = impl_->studio.find_model(model);
  if (!known) return fail(Errc::not_found, "no such model: " + model);
  const LoadConfig config = parse_rest_config(*known, json::object{{"context_length", context_length}});
  world::LoadRequest request;
  request.model = model;
  request.identifier = identifier;
  request.config = config.text;
  request.context_length = config.context_length;
  return impl_->studio.begin_load(std::move(request));
}

world::LmStudio& LmStudioFace::studio() { return impl_->studio; }

}  // namespace malin::rig
