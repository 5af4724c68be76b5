// A WebSocket, client or server side. One reader runs for the life of the socket and hands messages on, because a
// cancelled read would break the whole socket.
// At most 4096 messages or 64 MiB wait to be received, and as many to be sent; beyond, the socket is cut.
// A peer that answers no ping for a minute, or takes a message for half a minute, is gone.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "net/http.hpp"
#include "net/url.hpp"
#include "ports/task.hpp"

namespace malin::net {

struct WebSocketMessage {
  WebSocketMessage() = default;
  WebSocketMessage(bool binary_, std::string data_) : binary(binary_), data(std::move(data_)) {}
  bool binary = false;
  std::string data;
};

class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // Sends are queued and go out in order; may be called while another send or receive waits.
  // unreachable: closed.
  virtual Task<Result<void>> send(WebSocketMessage message) = 0;
  // The next message. One coroutine receives at a time. timeout: none within `limit`, the socket stays good.
  // unreachable: closed or broken, after everything received before was handed out.
  virtual Task<Result<WebSocketMessage>> receive(std::chrono::milliseconds limit) = 0;
  // Starts the closing handshake; receive then ends with unreachable. Also done by the destructor.
  virtual void close() = 0;
};

// Connects and shakes hands within `limit`. Offers no compression, no subprotocol, sends no Origin.
Task<Result<std::shared_ptr<WebSocket>>> connect_websocket(boost::asio::any_io_executor executor, Url url,
                                                           Headers headers, std::chrono::milliseconds limit);

}  // namespace malin::net
