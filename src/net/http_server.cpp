#include "net/http_server.hpp"

#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/cancelled.hpp"
#include "net/http_session.hpp"

namespace malin::net {

namespace asio = boost::asio;

namespace {

using AcceptorPtr = std::shared_ptr<Tcp::acceptor>;

// After an accept that failed, mostly for want of file descriptors.
constexpr std::chrono::milliseconds kAcceptPause{100};

void start_session(const std::shared_ptr<ServerState>& server, Tcp::socket socket) {
  if (server->sessions.size() >= server->limits.connections_max) return;  // Closed by going out of scope.
  const auto executor = socket.get_executor();
  ErrorCode ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  const auto session = std::make_shared<Session>(server, std::move(socket));
  server->sessions.insert(session);
  ++server->running;
  const auto on_end = [server, session](std::exception_ptr thrown) {
    --server->running;
    server->sessions.erase(session);
    server->ended.notify();
    rethrow_unless_cancelled(thrown);
  };
  asio::co_spawn(executor, Session::serve(session), asio::bind_cancellation_slot(session->slot(), on_end));
}

Task<void> accept_all(std::shared_ptr<ServerState> server, AcceptorPtr acceptor) {
  asio::steady_timer pause(acceptor->get_executor());
  while (!server->is_stopped && acceptor->is_open()) {
    auto [error, socket] = co_await acceptor->async_accept(kToken);
    if (server->is_stopped) break;
    if (!error) {
      start_session(server, std::move(socket));
      continue;
    }
    pause.expires_after(kAcceptPause);
    co_await pause.async_wait(kToken);
  }
}

}  // namespace

struct HttpServer::Impl {
  Impl(asio::any_io_executor executor_, Handler handler, ServerLimits limits, Refusal refusal)
      : executor(executor_),
        state(std::make_shared<ServerState>(executor_, std::move(handler), limits, std::move(refusal))) {}
  asio::any_io_executor executor;
  std::shared_ptr<ServerState> state;
  std::vector<AcceptorPtr> acceptors;
};

HttpServer::HttpServer(asio::any_io_executor executor, Handler handler, ServerLimits limits, Refusal refusal)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(handler), limits, std::move(refusal))) {}

HttpServer::~HttpServer() { stop(); }

Result<std::uint16_t> HttpServer::listen(const std::string& address, std::uint16_t port) {
  const std::string where = address + ":" + std::to_string(port);
  ErrorCode error;
  const auto host = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
  if (error || impl_->state->is_stopped) return fail(Errc::refused, "cannot listen on " + where);
  const Tcp::endpoint endpoint(host, port);
  const auto acceptor = std::make_shared<Tcp::acceptor>(impl_->executor);
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(Errc::refused, "cannot listen on " + where + ": " + error.message());
  const auto bound = acceptor->local_endpoint(error).port();
  impl_->acceptors.push_back(acceptor);
  const auto state = impl_->state;
  ++state->running;
  asio::co_spawn(impl_->executor, accept_all(state, acceptor), [state](std::exception_ptr thrown) {
    --state->running;
    state->ended.notify();
    rethrow_unless_cancelled(thrown);
  });
  return bound;
}

void HttpServer::stop() {
  const auto state = impl_->state;
  state->is_stopped = true;
  ErrorCode ignored;
  for (const auto& acceptor : impl_->acceptors) acceptor->close(ignored);
  impl_->acceptors.clear();
  const auto sessions = std::exchange(state->sessions, {});
  for (const auto& session : sessions) {
    session->cut();
    // Outside the executor's thread the cancelling is queued, and it refers to the session, which may end before.
    asio::post(impl_->executor, [session] {});
  }
  for (const auto& socket : std::exchange(state->sockets, {})) {
    if (const auto queue = socket.lock()) queue->cut();
  }
}

namespace {

Task<void> wait_for_end(std::shared_ptr<ServerState> state) {
  while (state->running != 0) co_await state->ended.wait();
}

}  // namespace

Task<void> HttpServer::stopped() { return wait_for_end(impl_->state); }

}  // namespace malin::net
