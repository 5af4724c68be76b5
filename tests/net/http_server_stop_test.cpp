// What becomes of handlers when the server, the executor or the client goes.
#include <gtest/gtest.h>

#include "net/http_server.hpp"
#include "net/peers.hpp"
#include "net/run.hpp"

namespace malin::net {
namespace {

namespace asio = boost::asio;
using malin::testing::Ms;
using malin::testing::run;
using malin::testing::Wire;

// Says whether it was left: by its own way or by being cancelled.
struct Guard {
  explicit Guard(int& left_) : left(left_) {}
  ~Guard() { ++left; }
  int& left;
};

Task<void> wait_long(Exchange& exchange, int& begun, int& left) {
  const Guard guard(left);
  ++begun;
  Headers headers;
  co_await exchange.begin(200, std::move(headers));
  co_await malin::testing::pause(std::chrono::hours(1));
  ADD_FAILURE() << "was not cancelled";
}

TEST(HttpServerStop, cancels_the_handlers_that_run) {
  asio::io_context io;
  int begun = 0;
  int left = 0;
  HttpServer server(io.get_executor(), [&](Exchange& exchange) { return wait_long(exchange, begun, left); });
  const auto port = server.listen("127.0.0.1", 0).value();
  run(io, [](HttpServer& server, std::uint16_t port, int& begun, int& left) -> Task<void> {
    auto wire = co_await Wire::connect(port);
    co_await wire.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    co_await wire.hear_until("\r\n\r\n");
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(left, 0);
    server.stop();
    co_await server.stopped();
    EXPECT_EQ(left, 1);
    co_await wire.hear_all();
  }(server, port, begun, left));
}

TEST(HttpServerStop, an_executor_that_goes_first_ends_handlers_too) {
  int begun = 0;
  int left = 0;
  {
    asio::io_context io;
    HttpServer server(io.get_executor(), [&](Exchange& exchange) { return wait_long(exchange, begun, left); });
    const auto port = server.listen("127.0.0.1", 0).value();
    run(io, [](std::uint16_t port) -> Task<void> {
      auto wire = co_await Wire::connect(port);
      co_await wire.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
      co_await wire.hear_until("\r\n\r\n");
    }(port));
    EXPECT_EQ(left, 0);
  }
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(left, 1);
}

Task<void> write_for_ever(Exchange& exchange, bool& noticed) {
  Headers headers;
  co_await exchange.begin(200, std::move(headers));
  for (;;) {
    co_await malin::testing::pause(Ms(1));
    const auto sent = co_await exchange.write("token");
    if (sent) continue;
    EXPECT_EQ(sent.error().code, Errc::unreachable);
    break;
  }
  noticed = true;
}

TEST(HttpServerStream, a_client_that_leaves_is_noticed_by_the_next_writes) {
  asio::io_context io;
  bool noticed = false;
  HttpServer server(io.get_executor(), [&](Exchange& exchange) { return write_for_ever(exchange, noticed); });
  const auto port = server.listen("127.0.0.1", 0).value();
  run(io, [](std::uint16_t port) -> Task<void> {
    auto wire = co_await Wire::connect(port);
    co_await wire.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    co_await wire.hear_until("token");
    wire.close();
  }(port));
  EXPECT_TRUE(malin::testing::run_until(io, [&] { return noticed; }));
}

}  // namespace
}  // namespace malin::net
