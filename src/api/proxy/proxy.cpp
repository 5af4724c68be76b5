#include "api/proxy/proxy.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/proxy/connection.hpp"
#include "net/cancelled.hpp"

namespace malin::api::proxy {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds accept_pause{100};  // After an accept that failed, mostly for want of descriptors.
constexpr std::chrono::seconds tick_interval{1};

}  // namespace

struct Proxy::Impl : std::enable_shared_from_this<Proxy::Impl> {
  Impl(const asio::any_io_executor& executor, ProxyOptions options, House& house)
      : shared(std::make_shared<Shared>(executor, std::move(options), house)),
        acceptor(executor),
        ticker(executor),
        pause(executor),
        ended(executor) {}

  void accept();
  void start(Tcp::socket socket);
  void tick();

  std::shared_ptr<Shared> shared;
  Tcp::acceptor acceptor;
  asio::steady_timer ticker;
  asio::steady_timer pause;
  asio::steady_timer ended;
};

void Proxy::Impl::accept() {
  acceptor.async_accept([self = shared_from_this()](ErrorCode error, Tcp::socket socket) {
    if (self->shared->is_stopped) return;
    if (!error) {
      self->start(std::move(socket));
      return self->accept();
    }
    self->pause.expires_after(accept_pause);
    self->pause.async_wait([self](ErrorCode cancelled) {
      if (!cancelled && !self->shared->is_stopped) self->accept();
    });
  });
}

void Proxy::Impl::start(Tcp::socket socket) {
  if (shared->connections.size() >= shared->options.connections_max) return;  // Closed by going out of scope.
  if (shared->connections.empty()) tick();
  auto connection = std::make_shared<Connection>(shared, std::move(socket));
  shared->connections.insert(connection);
  auto on_end = [self = shared_from_this(), connection](std::exception_ptr thrown) {
    self->shared->connections.erase(connection);
    if (self->shared->connections.empty()) self->ended.cancel();
    net::rethrow_unless_cancelled(thrown);
  };
  asio::co_spawn(acceptor.get_executor(), Connection::serve(connection),
                 asio::bind_cancellation_slot(connection->slot(), std::move(on_end)));
}

// While there is anyone, once a second.
void Proxy::Impl::tick() {
  shared->now = std::chrono::steady_clock::now();
  shared->pool.sweep(shared->now);
  const auto connections = shared->connections;
  for (const auto& connection : connections) connection->tick();
  ticker.expires_after(tick_interval);
  ticker.async_wait([self = shared_from_this()](ErrorCode error) {
    if (error || self->shared->is_stopped) return;
    if (!self->shared->connections.empty()) return self->tick();
    self->shared->pool.clear();
  });
}

Proxy::Proxy(asio::any_io_executor executor, ProxyOptions options, House& house)
    : impl_(std::make_shared<Impl>(executor, std::move(options), house)) {
  house.on_news([shared = std::weak_ptr(impl_->shared)] {
    if (const auto held = shared.lock()) held->room.review();
  });
}

Proxy::~Proxy() { stop(); }

Result<std::uint16_t> Proxy::listen() {
  const ProxyOptions& options = impl_->shared->options;
  ErrorCode error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return fail(Errc::refused, options.address + " is not an IP address");
  const Tcp::endpoint endpoint(address, options.port);
  Tcp::acceptor& acceptor = impl_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return fail(Errc::refused,
                "cannot listen on " + options.address + ":" + std::to_string(options.port) + ": " + error.message());
  }
  impl_->accept();
  return acceptor.local_endpoint().port();
}

void Proxy::stop() {
  if (std::exchange(impl_->shared->is_stopped, true)) return;
  ErrorCode ignored;
  impl_->acceptor.close(ignored);
  impl_->ticker.cancel();
  impl_->pause.cancel();
  impl_->shared->pool.clear();
  const auto connections = impl_->shared->connections;
  for (const auto& connection : connections) connection->cut();
}

Task<void> Proxy::stopped() {
  const auto impl = impl_;
  while (!impl->shared->connections.empty()) {
    impl->ended.expires_at(Moment::max());
    co_await impl->ended.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

std::size_t Proxy::waiting() const { return impl_->shared->room.size(); }

}  // namespace malin::api::proxy
