// Client and server together: streams, large bodies, and ends in the middle of things.
#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/peers.hpp"
#include "net/run.hpp"

namespace malin::net {
namespace {

namespace asio = boost::asio;
using malin::testing::beside;
using malin::testing::Door;
using malin::testing::Ms;
using malin::testing::pause;
using malin::testing::run;
using malin::testing::Wire;

Url by_name(std::uint16_t port) {
  Url url;
  url.host = "localhost";
  url.port = port;
  return url;
}

// "/tokens": twenty of them, 5 ms apart. "/half": one, and then the end of the server. "/echo": the body.
Task<void> handle_stream(Exchange& exchange) {
  if (exchange.request().target == "/echo") {
    HttpResponse response(200, "", exchange.request().body);
    co_await exchange.respond(std::move(response));
    co_return;
  }
  Headers headers;
  co_await exchange.begin(200, std::move(headers));
  if (exchange.request().target == "/half") {
    co_await exchange.write("token ");
    exchange.abort();
    co_return;
  }
  for (int i = 0; i < 20; ++i) {
    co_await exchange.write("token" + std::to_string(i) + " ");
    co_await pause(Ms(5));
  }
  co_await exchange.end();
}

Task<std::unique_ptr<HttpStream>> open(std::uint16_t port, std::string target) {
  HttpClient client(co_await asio::this_coro::executor, by_name(port));
  HttpRequest request("GET", std::move(target));
  auto stream = co_await client.open(std::move(request), Ms(3000));
  co_return std::move(stream.value());  // Outlives the client.
}

struct HttpStreamTest : ::testing::Test {
  asio::io_context io;
  HttpServer server{io.get_executor(), handle_stream};
  std::uint16_t port = server.listen("127.0.0.1", 0).value();
};

TEST_F(HttpStreamTest, tokens_arrive_one_by_one) {
  run(io, [](std::uint16_t port) -> Task<void> {
    const auto stream = co_await open(port, "/tokens");
    EXPECT_EQ(stream->head().status, 200u);
    int pieces = 0;
    std::string all;
    for (;;) {
      const auto bytes = co_await stream->read_some(Ms(3000));
      if (bytes.value().empty()) break;
      ++pieces;
      all += *bytes;
    }
    EXPECT_GE(pieces, 15);  // Some may meet on a busy machine.
    EXPECT_TRUE(all.starts_with("token0 token1 ") && all.ends_with("token19 ")) << all;
    const auto after = co_await stream->read_some(Ms(3000));
    EXPECT_EQ(after.value(), "");
  }(port));
}

TEST_F(HttpStreamTest, a_lost_stream_is_not_an_ended_one) {
  run(io, [](std::uint16_t port) -> Task<void> {
    const auto stream = co_await open(port, "/half");
    const auto first = co_await stream->read_some(Ms(3000));
    EXPECT_EQ(first.value(), "token ");
    const auto second = co_await stream->read_some(Ms(3000));
    EXPECT_EQ(second.error().code, Errc::unreachable);
  }(port));
}

Task<void> dawdle(Door& door) {
  auto wire = co_await door.open();
  co_await wire.hear_until("\r\n\r\n");
  co_await wire.say("HTTP/1.1 200 OK\r\n\r\nfirst");
  co_await pause(Ms(150));
  co_await wire.say("second");
}

TEST(HttpStream, a_read_that_was_late_can_be_tried_again) {
  asio::io_context io;
  Door door(io);
  beside(io, dawdle(door));
  run(io, [](std::uint16_t port) -> Task<void> {
    const auto stream = co_await open(port, "/");
    const auto first = co_await stream->read_some(Ms(3000));
    EXPECT_EQ(first.value(), "first");
    const auto late = co_await stream->read_some(Ms(30));
    EXPECT_EQ(late.error().code, Errc::timeout);
    const auto second = co_await stream->read_some(Ms(3000));
    EXPECT_EQ(second.value(), "second");
    const auto end = co_await stream->read_some(Ms(3000));
    EXPECT_EQ(end.value(), "");
  }(door.port()));
}

TEST_F(HttpStreamTest, a_large_body_comes_through_both_ways) {
  run(io, [](std::uint16_t port) -> Task<void> {
    HttpClient client(co_await asio::this_coro::executor, by_name(port));
    HttpRequest request("POST", "/echo");
    for (int i = 0; i < (12 << 20); ++i) request.body += static_cast<char>(i * 31);
    const std::string body = request.body;
    const auto response = co_await client.send(std::move(request), Ms(15000));
    EXPECT_TRUE(response.value().body == body);
  }(port));
}

TEST_F(HttpStreamTest, a_client_may_be_destroyed_in_mid_request) {
  run(io, [](std::uint16_t port) -> Task<void> {
    auto client = std::make_unique<HttpClient>(co_await asio::this_coro::executor, by_name(port));
    HttpRequest request("GET", "/tokens");
    auto pending = client->send(std::move(request), Ms(3000));
    client.reset();
    const auto response = co_await std::move(pending);
    EXPECT_TRUE(response.value().body.ends_with("token19 "));
  }(port));
}

Task<void> read_for_ever(std::uint16_t port, bool& begun) {
  const auto stream = co_await open(port, "/");
  begun = true;
  for (;;) co_await stream->read_some(std::chrono::hours(1));
}

TEST(HttpStream, everything_may_be_destroyed_in_mid_request) {
  asio::io_context io;
  Door door(io);
  bool begun = false;
  HttpServer server(io.get_executor(), [&](Exchange& exchange) -> Task<void> { return handle_stream(exchange); });
  beside(io, dawdle(door));
  beside(io, read_for_ever(door.port(), begun));
  EXPECT_TRUE(malin::testing::run_until(io, [&] { return begun; }));
}

TEST(HttpStream, a_server_that_stops_cuts_its_streams) {
  asio::io_context io;
  auto server = std::make_unique<HttpServer>(io.get_executor(), handle_stream);
  const auto port = server->listen("127.0.0.1", 0).value();
  run(io, [](std::unique_ptr<HttpServer>& server, std::uint16_t port) -> Task<void> {
    const auto stream = co_await open(port, "/tokens");
    const auto first = co_await stream->read_some(Ms(3000));
    EXPECT_TRUE(first);
    server.reset();
    for (;;) {
      const auto next = co_await stream->read_some(Ms(3000));
      if (next && !next->empty()) continue;
      EXPECT_EQ(next.error().code, Errc::unreachable);
      break;
    }
  }(server, port));
}

}  // namespace
}  // namespace malin::net
