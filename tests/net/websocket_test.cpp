#include "net/websocket.hpp"

#include <gtest/gtest.h>

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

using SocketPtr = std::shared_ptr<WebSocket>;

// "/echo" sends everything back; "/bye" says one thing and leaves; "/flood" sends without end; the rest is 404.
Task<void> handle(Exchange& exchange) {
  const std::string target(path_of(exchange.request().target));
  if (target != "/echo" && target != "/bye" && target != "/flood") {
    HttpResponse response(404, "", "");
    co_await exchange.respond(std::move(response));
    co_return;
  }
  const auto accepted = co_await exchange.accept_websocket();
  if (!accepted) {
    HttpResponse response(426, "", accepted.error().message);
    co_await exchange.respond(std::move(response));
    co_return;
  }
  const SocketPtr socket = *accepted;
  if (target == "/bye") {
    WebSocketMessage bye(false, "bye");
    co_await socket->send(std::move(bye));
    co_return;
  }
  while (target == "/flood") {
    WebSocketMessage message(false, "x");
    const auto sent = co_await socket->send(std::move(message));
    if (!sent) co_return;
  }
  for (;;) {
    auto message = co_await socket->receive(Ms(5000));
    if (!message) co_return;
    co_await socket->send(std::move(*message));
  }
}

Task<Result<SocketPtr>> connect(std::uint16_t port, std::string path, Ms limit = Ms(3000)) {
  Url url;
  url.host = "127.0.0.1";
  url.port = port;
  url.path = std::move(path);
  Headers headers;
  headers.add("X-A", "b");
  co_return co_await connect_websocket(co_await asio::this_coro::executor, std::move(url), std::move(headers), limit);
}

struct WebSocketTest : ::testing::Test {
  asio::io_context io;
  HttpServer server{io.get_executor(), handle};
  std::uint16_t port = server.listen("127.0.0.1", 0).value();
};

TEST_F(WebSocketTest, messages_come_back_as_they_were) {
  run(io, [](std::uint16_t port) -> Task<void> {
    const auto socket = (co_await connect(port, "/echo?clientId=1")).value();
    for (const std::size_t size : {0uz, 1uz, 125uz, 126uz, 70'000uz, 3'000'000uz}) {
      for (const bool binary : {false, true}) {
        WebSocketMessage message(binary, std::string(size, 'x'));
        const auto sent = co_await socket->send(message);
        EXPECT_TRUE(sent);
        const auto back = co_await socket->receive(Ms(10000));
        EXPECT_EQ(back.value().binary, binary);
        EXPECT_TRUE(back.value().data == message.data);
      }
    }
  }(port));
}

TEST_F(WebSocketTest, a_receive_that_was_late_leaves_the_socket_good) {
  run(io, [](std::uint16_t port) -> Task<void> {
    const auto socket = (co_await connect(port, "/echo")).value();
    for (int i = 0; i < 3; ++i) {
      const auto none = co_await socket->receive(Ms(10));
      EXPECT_EQ(none.error().code, Errc::timeout);
    }
    WebSocketMessage message(false, "hello");
    co_await socket->send(std::move(message));
    const auto back = co_await socket->receive(Ms(3000));
    EXPECT_EQ(back.value().data, "hello");
  }(port));
}

Task<void> send_one(SocketPtr socket, int number, int& sent) {
  WebSocketMessage message(false, std::to_string(number));
  const auto result = co_await socket->send(std::move(message));
  EXPECT_TRUE(result);
  ++sent;
}

TEST_F(WebSocketTest, sends_at_the_same_time_keep_their_order) {
  run(io, [](asio::io_context& io, std::uint16_t port) -> Task<void> {
    const auto socket = (co_await connect(port, "/echo")).value();
    int sent = 0;
    for (int i = 0; i < 100; ++i) beside(io, send_one(socket, i, sent));
    for (int i = 0; i < 100; ++i) {
      const auto back = co_await socket->receive(Ms(3000));
      EXPECT_EQ(back.value().data, std::to_string(i));
    }
    EXPECT_EQ(sent, 100);
  }(io, port));
}

TEST_F(WebSocketTest, a_close_from_the_other_side_comes_after_its_messages) {
  run(io, [](std::uint16_t port) -> Task<void> {
    const auto socket = (co_await connect(port, "/bye")).value();
    co_await pause(Ms(50));
    const auto bye = co_await socket->receive(Ms(3000));
    EXPECT_EQ(bye.value().data, "bye");
    const auto end = co_await socket->receive(Ms(3000));
    EXPECT_EQ(end.error().code, Errc::unreachable);
    WebSocketMessage message(false, "late");
    const auto late = co_await socket->send(std::move(message));
    EXPECT_EQ(late.error().code, Errc::unreachable);
  }(port));
}

TEST_F(WebSocketTest, a_close_from_this_side_ends_receive) {
  run(io, [](std::uint16_t port) -> Task<void> {
    const auto socket = (co_await connect(port, "/echo")).value();
    socket->close();
    const auto end = co_await socket->receive(Ms(3000));
    EXPECT_EQ(end.error().code, Errc::unreachable);
    WebSocketMessage message(false, "late");
    const auto late = co_await socket->send(std::move(message));
    EXPECT_EQ(late.error().code, Errc::unreachable);
  }(port));
}

TEST_F(WebSocketTest, a_server_that_stops_cuts_its_sockets) {
  run(io, [](HttpServer& server, std::uint16_t port) -> Task<void> {
    const auto socket = (co_await connect(port, "/echo")).value();
    server.stop();
    co_await server.stopped();
    const auto end = co_await socket->receive(Ms(3000));
    EXPECT_EQ(end.error().code, Errc::unreachable);
  }(server, port));
}

TEST_F(WebSocketTest, a_socket_whose_messages_nobody_takes_is_cut) {
  run(
      io,
      [](std::uint16_t port) -> Task<void> {
        const auto socket = (co_await connect(port, "/flood")).value();
        int received = 0;
        co_await pause(Ms(1500));
        for (;; ++received) {
          const auto next = co_await socket->receive(Ms(10000));
          if (next) continue;
          EXPECT_EQ(next.error().code, Errc::unreachable);
          break;
        }
        EXPECT_EQ(received, 4096);
      }(port),
      std::chrono::seconds(60));
}

TEST_F(WebSocketTest, an_answer_that_is_no_upgrade_is_told) {
  run(io, [](std::uint16_t port) -> Task<void> {
    const auto declined = co_await connect(port, "/other");
    EXPECT_EQ(declined.error().code, Errc::not_found);
  }(port));
}

TEST_F(WebSocketTest, a_plain_request_is_no_upgrade) {
  run(io, [](std::uint16_t port) -> Task<void> {
    auto wire = co_await Wire::connect(port);
    co_await wire.say("GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const auto text = co_await wire.hear_all();
    EXPECT_TRUE(text.starts_with("HTTP/1.1 426 ")) << text;
  }(port));
}

constexpr const char* kUpgrade =
    "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";

TEST_F(WebSocketTest, fragments_are_put_together_and_compression_is_declined) {
  run(io, [](std::uint16_t port) -> Task<void> {
    auto wire = co_await Wire::connect(port);
    co_await wire.say(kUpgrade);
    const auto head = co_await wire.hear_until("\r\n\r\n");
    EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
    EXPECT_NE(head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), head.npos) << head;
    EXPECT_EQ(head.find("permessage-deflate"), head.npos) << head;
    // Two fragments, masked with zeroes, and a ping between them.
    const std::string fragments("\x01\x82\0\0\0\0He\x89\x81\0\0\0\0p\x80\x83\0\0\0\0llo", 24);
    co_await wire.say(fragments);
    const auto pong = co_await wire.hear_until("p");
    EXPECT_EQ(pong, "\x8a\x01p");
    const auto whole = co_await wire.hear_until("llo");
    EXPECT_EQ(whole, "\x81\x05Hello");
    co_await wire.say(std::string("\x88\x82\0\0\0\0\x03\xe8", 8));
    const auto rest = co_await wire.hear_all();
    EXPECT_EQ(rest, "\x88\x02\x03\xe8");
  }(port));
}

TEST_F(WebSocketTest, a_broken_frame_ends_the_socket) {
  run(io, [](std::uint16_t port) -> Task<void> {
    auto wire = co_await Wire::connect(port);
    co_await wire.say(kUpgrade);
    co_await wire.hear_until("\r\n\r\n");
    co_await wire.say("\x81\x05Hello");  // Not masked.
    const auto rest = co_await wire.hear_all();
    EXPECT_TRUE(rest.starts_with("\x88")) << rest;
  }(port));
}

Task<void> say_nothing(Door& door) {
  auto wire = co_await door.open();
  co_await wire.hear_all();
}

TEST(WebSocket, a_server_without_an_answer_is_a_timeout_and_one_without_a_port_unreachable) {
  asio::io_context io;
  Door door(io);
  std::uint16_t closed = 0;
  { closed = Door(io).port(); }
  beside(io, say_nothing(door));
  run(io, [](std::uint16_t silent, std::uint16_t closed) -> Task<void> {
    const auto late = co_await connect(silent, "/", Ms(50));
    EXPECT_EQ(late.error().code, Errc::timeout);
    const auto refused = co_await connect(closed, "/");
    EXPECT_EQ(refused.error().code, Errc::unreachable);
  }(door.port(), closed));
}

Task<void> receive_for_ever(std::uint16_t port, bool& begun) {
  const auto socket = (co_await connect(port, "/echo")).value();
  begun = true;
  for (;;) co_await socket->receive(std::chrono::hours(1));
}

TEST(WebSocket, everything_may_be_destroyed_while_a_receive_waits) {
  asio::io_context io;
  HttpServer server(io.get_executor(), handle);
  bool begun = false;
  beside(io, receive_for_ever(server.listen("127.0.0.1", 0).value(), begun));
  EXPECT_TRUE(malin::testing::run_until(io, [&] { return begun; }));
}

}  // namespace
}  // namespace malin::net
