// The other side in tests of HTTP: bare sockets that say exactly what a test wants, and read what really went out.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "ports/task.hpp"

namespace malin::testing {

using Tcp = boost::asio::ip::tcp;
using Ms = std::chrono::milliseconds;

inline Task<void> pause(Ms span) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, span);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

// A bare connection; everything throws when it fails, or after five seconds.
class Wire {
 public:
  explicit Wire(Tcp::socket socket) : socket_(std::move(socket)) {}

  static Task<Wire> connect(std::uint16_t port) {
    Tcp::socket socket(co_await boost::asio::this_coro::executor);
    const Tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(endpoint, boost::asio::use_awaitable);
    co_return Wire(std::move(socket));
  }

  Task<void> say(std::string text) {
    co_await boost::asio::async_write(socket_, boost::asio::buffer(text), boost::asio::use_awaitable);
  }

  // Everything up to and with `mark`.
  Task<std::string> hear_until(std::string mark) {
    while (seen_.find(mark) == seen_.npos) {
      const bool more = co_await hear_more();
      if (!more) throw std::runtime_error("the connection ended after: " + seen_);
    }
    const auto end = seen_.find(mark) + mark.size();
    std::string result = seen_.substr(0, end);
    seen_.erase(0, end);
    co_return result;
  }

  // Everything to the end of the connection, orderly or not.
  Task<std::string> hear_all() {
    for (bool more = true; more;) more = co_await hear_more();
    co_return std::exchange(seen_, std::string());
  }

  // Sends up to `bytes` until nothing has been taken for `silence`; returns how many went.
  Task<std::size_t> stuff(std::size_t bytes, Ms silence) {
    using namespace boost::asio::experimental::awaitable_operators;
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    const std::string piece(64 << 10, 'x');
    std::size_t sent = 0;
    while (sent < bytes) {
      boost::asio::steady_timer timer(socket_.get_executor(), silence);
      const auto space = boost::asio::buffer(piece.data(), std::min(piece.size(), bytes - sent));
      const auto first = co_await (socket_.async_write_some(space, token) || timer.async_wait(token));
      if (first.index() == 1 || std::get<0>(std::get<0>(first))) break;
      sent += std::get<1>(std::get<0>(first));
    }
    co_return sent;
  }

  void end_sending() { socket_.shutdown(Tcp::socket::shutdown_send); }
  void close() { socket_.close(); }
  // So that the other side sees "connection reset".
  void reset() {
    socket_.set_option(Tcp::socket::linger(true, 0));
    socket_.close();
  }

 private:
  Task<bool> hear_more() {
    using namespace boost::asio::experimental::awaitable_operators;
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    char bytes[4096];
    const auto space = boost::asio::buffer(bytes);
    boost::asio::steady_timer timer(socket_.get_executor(), std::chrono::seconds(5));
    const auto first = co_await (socket_.async_read_some(space, token) || timer.async_wait(token));
    if (first.index() == 1) throw std::runtime_error("nothing more came after: " + seen_);
    const auto [error, count] = std::get<0>(first);
    seen_.append(bytes, count);
    co_return !error;
  }

  Tcp::socket socket_;
  std::string seen_;
};

// Accepts bare connections.
class Door {
 public:
  explicit Door(boost::asio::io_context& io)
      : acceptor_(io, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {}

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  Task<Wire> open() { co_return Wire(co_await acceptor_.async_accept(boost::asio::use_awaitable)); }

 private:
  Tcp::acceptor acceptor_;
};

// Runs beside the test; what it throws comes out of the run.
inline void beside(boost::asio::io_context& io, Task<void> task) {
  boost::asio::co_spawn(io, std::move(task), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

}  // namespace malin::testing
