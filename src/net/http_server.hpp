// An HTTP/1.1 server with streaming answers and WebSocket upgrades. One handler serves every request; it runs as a
// coroutine on the server's executor, one per request.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "net/http.hpp"
#include "net/websocket.hpp"
#include "ports/task.hpp"

namespace malin::net {

// One request and the way to answer it. Exactly one of respond, begin (then write and end) or accept_websocket.
// A handler that returns without answering gives 500.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const HttpRequest& request() const = 0;  // Whole body included.
  virtual std::string peer() const = 0;            // Address of the client, "127.0.0.1:50412".

  // The body is left out where HTTP has none (HEAD, 204, 304).
  virtual Task<Result<void>> respond(HttpResponse response) = 0;

  // A chunked answer, each write sent at once. unreachable: the client has gone. An answer without `end` is cut off.
  virtual Task<Result<void>> begin(unsigned status, Headers headers) = 0;
  virtual Task<Result<void>> write(std::string chunk) = 0;
  virtual Task<Result<void>> end() = 0;
  // Ends the connection without finishing the answer, as a dying server does.
  virtual void abort() = 0;

  // refused: the request was no upgrade (nothing has been answered then).
  virtual Task<Result<std::shared_ptr<WebSocket>>> accept_websocket() = 0;
};

// What it throws (std::exception) becomes a 500, and the connection ends.
using Handler = std::function<Task<void>(Exchange&)>;

// What a request gets that was never understood, and so never reached the handler: 400, 408, 413, 431 or 501.
using Refusal = std::function<HttpResponse(unsigned status)>;

struct ServerLimits {
  std::size_t header_bytes_max = 32 << 10;
  std::size_t body_bytes_max = 16 << 20;      // Above: 413.
  std::chrono::milliseconds idle{60'000};     // A kept-alive connection without a request is closed.
  std::chrono::milliseconds request{30'000};  // From its first byte to its last.
  std::size_t connections_max = 512;          // Above: closed at once.
};

class HttpServer {
 public:
  // Without a `refusal` the status says it all, as plain text.
  HttpServer(boost::asio::any_io_executor executor, Handler handler, ServerLimits limits = {}, Refusal refusal = {});
  ~HttpServer();  // Closes everything.

  // Port 0 takes a free one. Returns the port. refused: the address is taken or not ours.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  // Stops listening, cuts all connections and cancels the handlers that run: they end when the executor runs next.
  // Until then, or until the executor is gone, what they refer to must live.
  void stop();
  // After `stop`: until the last handler has ended.
  Task<void> stopped();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::net
