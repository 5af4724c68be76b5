// A connection that has changed its protocol (api/proxy/exchange.hpp).
#include "api/proxy/exchange.hpp"
#include "api/proxy/head_format.hpp"
#include "api/proxy/socket_relay.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::chrono::seconds tunnel_silence{3600};  // Sockets rest for long; the ends keep them alive.
constexpr std::chrono::seconds half_closed_limit{30};

void move_on(Peer& from, Peer& to) {
  if (to.unsent() > unsent_bytes_max) return;
  to.send(from.in());
  from.consume(from.in().size());
}

bool is_drained(const Peer& from, const Peer& to) { return from.has_ended() && from.in().empty() && to.unsent() == 0; }

}  // namespace

Task<void> Exchange::tunnel() {
  shared_.text.clear();
  format_response(server_->in(), shared_.response, {}, shared_.text);
  const bool has_extensions = !shared_.response.find(Known::websocket_extensions).empty();
  server_->consume(shared_.response.bytes);
  client_.send(shared_.text);
  if (route_.is_socket) {
    // With an extension that was not offered the frames could not be read.
    if (has_extensions) co_return;
    SocketRelay relay(connection_, client_, *server_);
    co_await relay.run();
    co_return;
  }
  bool is_half_closed = false;
  std::size_t moved = 0;
  connection_.give(tunnel_silence);
  while (!connection_.is_late() && !shared_.is_stopped && !client_.is_broken() && !server_->is_broken()) {
    move_on(client_, *server_);
    move_on(*server_, client_);
    const bool client_is_over = is_drained(client_, *server_);
    const bool server_is_over = is_drained(*server_, client_);
    if (client_is_over && server_is_over) break;
    if ((client_is_over || server_is_over) && !is_half_closed) {
      is_half_closed = true;
      (client_is_over ? *server_ : client_).end_sending();
      connection_.give(half_closed_limit);
    }
    const std::size_t all_moved = client_.moved() + server_->moved();
    if (all_moved != std::exchange(moved, all_moved) && !is_half_closed) connection_.give(tunnel_silence);
    if (server_->unsent() <= unsent_bytes_max) client_.read();
    if (client_.unsent() <= unsent_bytes_max) server_->read();
    while (!connection_.wake().take()) co_await connection_.wake().sleep();
  }
}

}  // namespace malin::api::proxy
