#include "rig/comfyui_face.hpp"

#include "net/http_server.hpp"
#include "net/url.hpp"
#include "rig/comfyui_files.hpp"
#include "rig/comfyui_routes.hpp"

namespace malin::rig {

namespace asio = boost::asio;

namespace {

constexpr Duration hang_poll{100};

bool is_socket(const net::HttpRequest& request) {
  const std::string_view path = net::path_of(request.target);
  return path == "/ws" || path == "/api/ws";
}

}  // namespace

struct ComfyFace::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::any_io_executor executor_, Clock& clock_, world::CardLedger& card, world::Faults& faults_,
       ComfyOptions options_)
      : executor(executor_),
        clock(clock_),
        faults(faults_),
        options(std::move(options_)),
        sockets(std::make_shared<ComfySockets>(executor_, faults_, options)),
        comfyui(executor_, clock_, card, faults_, *sockets, options.world),
        routes(clock_, card, options, comfyui, *sockets) {
    sockets->attach(&comfyui);
    faults.declare("comfyui.hangs", "the port takes connections and nothing answers");
    faults.declare("comfyui.answer.lost", "a prompt is queued and the connection breaks before the answer");
  }

  Result<std::uint16_t> open() {
    if (const Result<void> started = comfyui.start(); !started) return std::unexpected(started.error());
    routes.restart();
    net::ServerLimits limits;
    limits.body_bytes_max = 100 << 20;
    const std::weak_ptr<Impl> weak = weak_from_this();
    server = std::make_unique<net::HttpServer>(
        executor, [weak](net::Exchange& exchange) { return serve(weak.lock(), exchange); }, limits);
    const Result<std::uint16_t> bound = server->listen(address, port);
    if (bound) {
      port = *bound;
    } else {
      close();
    }
    return bound;
  }

  void close() {
    sockets->close_all();
    if (server) server->stop();
    server.reset();
    comfyui.kill();
  }

  static Task<void> serve(std::shared_ptr<Impl> self, net::Exchange& exchange) {
    if (!self) co_return;
    while (self->faults.find("comfyui.hangs")) {
      const TimePoint look_again = self->clock.now() + hang_poll;
      co_await self->clock.sleep_until(look_again);
    }
    const net::HttpRequest& request = exchange.request();
    if (is_socket(request) && !is_foreign_origin(request)) {
      co_await serve_socket(self, exchange);
      co_return;
    }
    const bool queues = request.method == "POST" && net::path_of(request.target).ends_with("/prompt");
    net::HttpResponse response = self->routes.answer(request);
    if (queues && response.status == 200 && self->faults.fires("comfyui.answer.lost")) {
      exchange.abort();
      co_return;
    }
    const Result<void> sent = co_await exchange.respond(std::move(response));
    (void)sent;
  }

  static Task<void> serve_socket(std::shared_ptr<Impl> self, net::Exchange& exchange) {
    std::string client = net::query_value(exchange.request().target, "clientId");
    Result<std::shared_ptr<net::WebSocket>> socket = co_await exchange.accept_websocket();
    if (!socket) {
      net::HttpResponse response(400, "text/plain; charset=utf-8",
                                 "No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".");
      const Result<void> sent = co_await exchange.respond(std::move(response));
      (void)sent;
      co_return;
    }
    const std::shared_ptr<ComfySockets> sockets = self->sockets;
    self.reset();
    co_await ComfySockets::serve(sockets, std::move(*socket), std::move(client));
  }

  asio::any_io_executor executor;
  Clock& clock;
  world::Faults& faults;
  ComfyOptions options;
  std::string address;
  std::uint16_t port = 0;
  std::shared_ptr<ComfySockets> sockets;
  world::ComfyUi comfyui;
  ComfyRoutes routes;
  std::unique_ptr<net::HttpServer> server;
};

ComfyFace::ComfyFace(asio::any_io_executor executor, Clock& clock, world::CardLedger& card, world::Faults& faults,
                     ComfyOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), clock, card, faults, std::move(options))) {}

ComfyFace::~ComfyFace() {
  impl_->close();
  impl_->sockets->attach(nullptr);
}

Result<std::uint16_t> ComfyFace::listen(const std::string& address, std::uint16_t port) {
  impl_->address = address;
  impl_->port = port;
  return impl_->open();
}

void ComfyFace::stop() { impl_->close(); }

void ComfyFace::kill() { impl_->close(); }

Result<void> ComfyFace::revive() {
  const Result<std::uint16_t> bound = impl_->open();
  if (!bound) return std::unexpected(bound.error());
  return {};
}

bool ComfyFace::alive() const { return impl_->comfyui.alive(); }

world::ComfyUi& ComfyFace::comfyui() { return impl_->comfyui; }

}  // namespace malin::rig
