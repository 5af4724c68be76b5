#include "adapters/comfyui/hint_socket.hpp"

#include <exception>
#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace malin::adapters {

namespace asio = boost::asio;

namespace {

constexpr Duration connect_limit = std::chrono::seconds(5);
constexpr Duration receive_limit = std::chrono::seconds(30);
constexpr Duration pause_after_break = std::chrono::seconds(1);

}  // namespace

std::string new_client_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 32; ++i) id += "0123456789abcdef"[random() % 16];
  return id;
}

HintSocket::HintSocket(asio::any_io_executor executor, net::Url base, std::string client_id, std::string hello,
                       Clock& clock, Handlers handlers)
    : executor_(std::move(executor)),
      url_(std::move(base)),
      hello_(std::move(hello)),
      clock_(clock),
      handlers_(std::move(handlers)) {
  url_.path += "/ws?clientId=" + client_id;
}

void HintSocket::start() {
  if (listening_ || stopped_) return;
  listening_ = true;
  asio::co_spawn(executor_, listen(shared_from_this()), [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  });
}

void HintSocket::stop() {
  stopped_ = true;
  if (socket_) socket_->close();
}

Task<void> HintSocket::listen(std::shared_ptr<HintSocket> self) {
  while (self->wanted()) {
    net::Headers no_headers;
    auto connected = co_await net::connect_websocket(self->executor_, self->url_, std::move(no_headers), connect_limit);
    if (connected) {
      self->socket_ = *connected;
      co_await read_all(self, *connected);
      self->socket_.reset();
    }
    if (!self->wanted()) break;
    co_await self->clock_.sleep_until(self->clock_.now() + pause_after_break);
  }
  self->listening_ = false;
}

Task<void> HintSocket::read_all(std::shared_ptr<HintSocket> self, std::shared_ptr<net::WebSocket> socket) {
  net::WebSocketMessage hello(false, self->hello_);
  const auto said = co_await socket->send(std::move(hello));
  if (!said) co_return;
  while (self->wanted()) {
    const auto message = co_await socket->receive(receive_limit);
    if (!message && message.error().code == Errc::timeout) continue;
    if (!message) co_return;
    if (self->stopped_) co_return;
    const auto& take = message->binary ? self->handlers_.on_frame : self->handlers_.on_message;
    take(message->data);
  }
}

}  // namespace malin::adapters
