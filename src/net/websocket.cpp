#include "net/websocket.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/link.hpp"
#include "net/websocket_stream.hpp"
#include "net/wire.hpp"
#include "ports/task.hpp"

namespace malin::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

constexpr std::size_t kMessageBytesMax = 64 << 20;
constexpr std::size_t kMaskBytes = 64 << 10;  // Sent at a time by a client, which has to mask what it sends.
constexpr std::chrono::seconds kWriteLimit{30};
constexpr std::chrono::seconds kCloseLimit{5};
constexpr std::chrono::seconds kIdleLimit{60};  // Pings go out at half of it; a peer that answers none is gone.

template <class Stream>
struct OpenSocket final : WebSocketQueue {
  explicit OpenSocket(Stream stream)
      : WebSocketQueue(stream.get_executor()),
        socket(std::move(stream)),
        deadline(socket.get_executor(), [this] { cut(); }) {
    auto timeout = websocket::stream_base::timeout::suggested(beast::role_type::client);
    timeout.handshake_timeout = websocket::stream_base::none();  // Both handshakes are under `deadline`.
    timeout.idle_timeout = kIdleLimit;
    timeout.keep_alive_pings = true;
    socket.set_option(timeout);
    socket.read_message_max(kMessageBytesMax);
    // Whole messages go out as one frame: not every peer puts fragments together.
    socket.auto_fragment(false);
    socket.write_buffer_bytes(kMaskBytes);
  }

  void cut() override {
    ErrorCode ignored;
    beast::get_lowest_layer(socket).close(ignored);
  }

  websocket::stream<Stream, false> socket;  // false: no compression.
  Deadline deadline;
};

template <class Stream>
using OpenSocketPtr = std::shared_ptr<OpenSocket<Stream>>;

template <class Stream>
Task<void> read_all(OpenSocketPtr<Stream> open) {
  beast::flat_buffer buffer;
  ErrorCode error;
  while (!error) {
    std::tie(error, std::ignore) = co_await open->socket.async_read(buffer, kToken);
    if (error) break;
    const auto data = buffer.data();
    WebSocketMessage message(open->socket.got_binary(),
                             std::string(static_cast<const char*>(data.data()), data.size()));
    buffer.consume(buffer.size());
    if (!open->take_in(std::move(message))) break;
  }
  open->end("the WebSocket ended: " + (error ? error.message() : std::string("cut")));
  open->cut();
}

template <class Stream>
Task<void> write_all(OpenSocketPtr<Stream> open) {
  for (;;) {
    const auto item = co_await WebSocketQueue::next(open);
    if (!item) break;
    open->socket.binary(item->message.binary);
    open->deadline.set(from_now(kWriteLimit));
    const auto [error, bytes] = co_await open->socket.async_write(asio::buffer(item->message.data), kToken);
    open->deadline.clear();
    if (error) open->end("the WebSocket broke: " + error.message());
    open->finish(item, !error);
  }
  if (open->is_ended()) co_return;
  // The reader sees the answer to this; it ends everything.
  open->deadline.set(from_now(kCloseLimit));
  const websocket::close_reason reason(websocket::close_code::normal);
  co_await open->socket.async_close(reason, kToken);
  open->deadline.clear();
  open->cut();
}

template <class Stream>
void start(const OpenSocketPtr<Stream>& open) {
  const auto executor = open->socket.get_executor();
  asio::co_spawn(executor, read_all<Stream>(open), rethrow);
  asio::co_spawn(executor, write_all<Stream>(open), rethrow);
}

template <class Stream>
Task<Result<std::shared_ptr<WebSocket>>> shake_hands_as_client(Stream stream, Url url, Headers headers,
                                                               TimePoint until) {
  const auto open = std::make_shared<OpenSocket<Stream>>(std::move(stream));
  open->socket.set_option(websocket::stream_base::decorator([headers](websocket::request_type& request) {
    for (const auto& [name, value] : headers) request.insert(name, value);
  }));
  const std::string host = host_header(url);
  const std::string target = url.path.empty() ? "/" : url.path;
  websocket::response_type response;
  open->deadline.set(until);
  const auto [error] = co_await open->socket.async_handshake(response, host, target, kToken);
  open->deadline.clear();
  if (!error) {
    start(open);
    co_return attach(open);
  }
  open->cut();
  if (open->deadline.passed()) co_return fail(Errc::timeout, "no WebSocket handshake with " + host + " in time");
  if (error == websocket::error::upgrade_declined) {
    const auto code = response.result_int() == 404 ? Errc::not_found : Errc::refused;
    co_return fail(code, host + " declined a WebSocket: HTTP status " + std::to_string(response.result_int()));
  }
  const bool is_no_websocket =
      error.category() != asio::error::get_system_category() && error.category() != asio::error::get_misc_category();
  const auto code = is_no_websocket ? Errc::bad_reply : Errc::unreachable;
  co_return fail(code, "no WebSocket handshake with " + host + ": " + error.message());
}

beast::http::request<beast::http::empty_body> to_beast(const HttpRequest& request) {
  beast::http::request<beast::http::empty_body> result;
  result.method(beast::http::verb::get);
  result.target(request.target);
  result.version(11);
  for (const auto& [name, value] : request.headers) result.insert(name, value);
  return result;
}

bool is_clean(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (name.empty() || (name + value).find_first_of("\r\n") != std::string::npos) return false;
  }
  return true;
}

}  // namespace

bool is_websocket_request(const HttpRequest& request) {
  return request.method == "GET" && request.body.empty() && websocket::is_upgrade(to_beast(request));
}

Task<Result<std::shared_ptr<WebSocketQueue>>> shake_hands_as_server(Tcp::socket socket, HttpRequest request) {
  const auto open = std::make_shared<OpenSocket<Tcp::socket>>(std::move(socket));
  const auto upgrade = to_beast(request);
  open->deadline.set(from_now(kWriteLimit));
  const auto [error] = co_await open->socket.async_accept(upgrade, kToken);
  open->deadline.clear();
  if (error) co_return fail(Errc::unreachable, "no WebSocket handshake: " + error.message());
  start(open);
  co_return open;
}

Task<Result<std::shared_ptr<WebSocket>>> connect_websocket(asio::any_io_executor executor, Url url, Headers headers,
                                                           std::chrono::milliseconds limit) {
  const auto until = from_now(limit);
  if (!is_clean(headers)) co_return fail(Errc::refused, "a WebSocket request with broken headers");
  const auto link = co_await dial(executor, url, until);
  if (!link) co_return std::unexpected(link.error());
  if (url.tls) {
    co_return co_await shake_hands_as_client((*link)->take_tls(), std::move(url), std::move(headers), until);
  }
  co_return co_await shake_hands_as_client((*link)->take_plain(), std::move(url), std::move(headers), until);
}

}  // namespace malin::net
