#include "net/http_client.hpp"

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
using malin::testing::run;
using malin::testing::Wire;

Url local(std::uint16_t port, std::string path = "") {
  Url url;
  url.host = "127.0.0.1";
  url.port = port;
  url.path = std::move(path);
  return url;
}

// Answers one connection with these bytes and then closes it, resets it, or holds it.
enum class Then { close, reset, hold };

Task<void> answer_once(Door& door, std::string bytes, Then then) {
  auto wire = co_await door.open();
  co_await wire.hear_until("\r\n\r\n");
  co_await wire.say(std::move(bytes));
  if (then == Then::reset) wire.reset();
  if (then == Then::hold) co_await wire.hear_all();
}

Task<void> ask(std::uint16_t port, std::string method, Ms limit, Result<HttpResponse>& result) {
  HttpClient client(co_await asio::this_coro::executor, local(port));
  HttpRequest request(std::move(method), "/x");
  result = co_await client.send(std::move(request), limit, 1000);
}

// What the client makes of a server that says this.
Result<HttpResponse> result_of(std::string bytes, Then then, std::string method = "GET", Ms limit = Ms(3000)) {
  asio::io_context io;
  Door door(io);
  Result<HttpResponse> result;
  beside(io, answer_once(door, std::move(bytes), then));
  run(io, ask(door.port(), std::move(method), limit, result));
  return result;
}

Errc code_of(const Result<HttpResponse>& result) {
  EXPECT_FALSE(result);
  return result ? Errc::refused : result.error().code;
}

TEST(HttpClient, takes_every_status_and_way_to_end_a_body) {
  const auto with_length = result_of("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabc", Then::hold);
  EXPECT_EQ(with_length.value().status, 404u);
  EXPECT_EQ(with_length.value().body, "abc");
  EXPECT_EQ(with_length.value().headers.get("x-a"), "b");
  const auto chunked =
      result_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", Then::hold);
  EXPECT_EQ(chunked.value().body, "abc");
  EXPECT_EQ(result_of("HTTP/1.0 200 OK\r\n\r\nabc", Then::close).value().body, "abc");
  EXPECT_EQ(result_of("HTTP/1.1 200 \r\n\r\n", Then::close).value().body, "");
  EXPECT_EQ(result_of("HTTP/1.1 204 No Content\r\n\r\n", Then::hold).value().status, 204u);
  EXPECT_EQ(result_of("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Then::hold, "HEAD").value().body, "");
}

TEST(HttpClient, passes_over_interim_answers) {
  const auto result = result_of(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
      Then::hold);
  EXPECT_EQ(result.value().status, 200u);
  EXPECT_EQ(result.value().body, "a");
  EXPECT_FALSE(result.value().headers.has("Link"));
}

TEST(HttpClient, what_is_no_http_is_a_bad_reply) {
  EXPECT_EQ(code_of(result_of("SSH-2.0-OpenSSH\r\n\r\n", Then::hold)), Errc::bad_reply);
  EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Then::hold)), Errc::bad_reply);
  EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Then::hold)), Errc::bad_reply);
  EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Then::hold)),
            Errc::bad_reply);
  EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), Then::hold)), Errc::bad_reply);
}

TEST(HttpClient, half_an_answer_may_have_been_received) {
  for (const auto then : {Then::close, Then::reset}) {
    EXPECT_EQ(code_of(result_of("", then)), Errc::timeout);
    EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nConte", then)), Errc::timeout);
    EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", then)), Errc::timeout);
    EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", then)), Errc::timeout);
  }
}

TEST(HttpClient, a_slow_server_is_a_timeout) {
  EXPECT_EQ(code_of(result_of("", Then::hold, "GET", Ms(50))), Errc::timeout);
  EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", Then::hold, "GET", Ms(50))),
            Errc::timeout);
}

TEST(HttpClient, a_body_over_its_limit_is_refused) {
  EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", Then::hold)), Errc::refused);
  EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), Then::close)), Errc::refused);
  EXPECT_EQ(code_of(result_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", Then::hold)),
            Errc::refused);
}

TEST(HttpClient, a_port_without_a_server_is_unreachable) {
  asio::io_context io;
  std::uint16_t port = 0;
  { port = Door(io).port(); }
  Result<HttpResponse> result;
  run(io, ask(port, "GET", Ms(2000), result));
  EXPECT_EQ(code_of(result), Errc::unreachable);
}

Task<void> send_much(std::uint16_t port, Result<HttpResponse>& result) {
  HttpClient client(co_await asio::this_coro::executor, local(port));
  HttpRequest request("POST", "/x");
  request.body.assign(64 << 20, 'x');
  result = co_await client.send(std::move(request), Ms(300));
}

Task<void> hold(Door& door) {
  auto wire = co_await door.open();
  co_await malin::testing::pause(std::chrono::hours(1));
}

TEST(HttpClient, a_request_that_could_not_be_sent_whole_is_unreachable) {
  asio::io_context io;
  Door door(io);
  beside(io, hold(door));
  Result<HttpResponse> result;
  run(io, send_much(door.port(), result));
  EXPECT_EQ(code_of(result), Errc::unreachable);
}

TEST(HttpClient, an_answer_that_comes_before_the_whole_request_counts) {
  asio::io_context io;
  ServerLimits limits;
  limits.body_bytes_max = 1000;
  HttpServer server(io.get_executor(), [](Exchange&) -> Task<void> { co_return; }, limits);
  Result<HttpResponse> result;
  run(io, [](std::uint16_t port, Result<HttpResponse>& result) -> Task<void> {
    HttpClient client(co_await asio::this_coro::executor, local(port));
    HttpRequest request("POST", "/x");
    request.body.assign(8 << 20, 'x');
    result = co_await client.send(std::move(request), Ms(5000));
  }(server.listen("127.0.0.1", 0).value(), result));
  EXPECT_EQ(result.value().status, 413u);
}

Task<void> note_request(Door& door, std::string& seen) {
  auto wire = co_await door.open();
  seen = co_await wire.hear_until("\r\n\r\n");
  seen += co_await wire.hear_until("body");
  co_await wire.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpClient, sends_what_it_is_told_and_its_own_framing) {
  asio::io_context io;
  Door door(io);
  std::string seen;
  beside(io, note_request(door, seen));
  run(io, [](std::uint16_t port) -> Task<void> {
    HttpClient client(co_await asio::this_coro::executor, local(port, "/base"));
    HttpRequest request("POST", "/x?y=1");
    request.headers.add("X-A", "1\r\nX-Smuggled: 2");
    request.headers.add("content-length", "99");
    request.body = "body";
    const auto result = co_await client.send(std::move(request), Ms(3000));
    EXPECT_TRUE(result);
  }(door.port()));
  EXPECT_EQ(seen, "POST /base/x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(door.port()) +
                      "\r\nX-A: 1  X-Smuggled: 2\r\nContent-Length: 4\r\n\r\nbody");
}

TEST(HttpClient, a_target_with_a_line_break_is_refused) {
  run([]() -> Task<void> {
    HttpClient client(co_await asio::this_coro::executor, local(1));
    for (const char* target : {"/a b", "/a\r\nX: y", "/\xff"}) {
      HttpRequest request("GET", target);
      const auto result = co_await client.send(std::move(request), Ms(1000));
      EXPECT_EQ(code_of(result), Errc::refused);
    }
  }());
}

constexpr const char* kEmptyAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

// Serves connections one after another; each gives up at the request whose number is in `served`, without an answer.
Task<void> serve_in_turn(Door& door, std::vector<int> served, int& connections) {
  for (const int requests : served) {
    auto wire = co_await door.open();
    ++connections;
    for (int i = 0; i < requests; ++i) {
      co_await wire.hear_until("\r\n\r\n");
      co_await wire.say(kEmptyAnswer);
    }
    co_await wire.hear_until("\r\n\r\n");
  }
}

TEST(HttpClientPool, a_connection_is_used_again) {
  asio::io_context io;
  Door door(io);
  int connections = 0;
  beside(io, serve_in_turn(door, {3}, connections));
  run(io, [](std::uint16_t port) -> Task<void> {
    HttpClient client(co_await asio::this_coro::executor, local(port));
    for (int i = 0; i < 3; ++i) {
      HttpRequest request(i == 1 ? "HEAD" : "GET", "/");
      const auto result = co_await client.send(std::move(request), Ms(3000));
      EXPECT_TRUE(result);
    }
    HttpRequest last("GET", "/");
    const auto lost = co_await client.send(std::move(last), Ms(100));
    EXPECT_FALSE(lost);
  }(door.port()));
  EXPECT_EQ(connections, 1);
}

TEST(HttpClientPool, a_get_on_a_used_connection_that_breaks_is_tried_once_more) {
  asio::io_context io;
  Door door(io);
  int connections = 0;
  beside(io, serve_in_turn(door, {1, 1, 0}, connections));
  run(io, [](std::uint16_t port) -> Task<void> {
    HttpClient client(co_await asio::this_coro::executor, local(port));
    for (int i = 0; i < 2; ++i) {
      HttpRequest request("GET", "/");
      const auto result = co_await client.send(std::move(request), Ms(3000));
      EXPECT_TRUE(result) << i;
    }
    HttpRequest request("GET", "/");
    const auto result = co_await client.send(std::move(request), Ms(3000));
    EXPECT_EQ(code_of(result), Errc::timeout);
  }(door.port()));
  EXPECT_EQ(connections, 3);
}

TEST(HttpClientPool, a_post_takes_a_fresh_connection_and_is_never_repeated) {
  asio::io_context io;
  Door door(io);
  int connections = 0;
  beside(io, serve_in_turn(door, {1, 0, 1}, connections));
  run(io, [](std::uint16_t port) -> Task<void> {
    HttpClient client(co_await asio::this_coro::executor, local(port));
    HttpRequest get("GET", "/");
    const auto first = co_await client.send(std::move(get), Ms(3000));
    EXPECT_TRUE(first);
    HttpRequest post("POST", "/");
    const auto second = co_await client.send(std::move(post), Ms(100));
    EXPECT_EQ(code_of(second), Errc::timeout);
  }(door.port()));
  EXPECT_EQ(connections, 1);
}

Task<void> exchange_ok(Exchange& exchange) {
  HttpResponse response(200, "", "");
  co_await exchange.respond(std::move(response));
}

TEST(HttpClientPool, a_connection_that_the_server_closed_is_not_used) {
  asio::io_context io;
  ServerLimits limits;
  limits.idle = Ms(20);
  std::vector<std::string> peers;
  HttpServer server(
      io.get_executor(),
      [&](Exchange& exchange) {
        peers.push_back(exchange.peer());
        return exchange_ok(exchange);
      },
      limits);
  run(io, [](std::uint16_t port) -> Task<void> {
    HttpClient client(co_await asio::this_coro::executor, local(port));
    for (int i = 0; i < 2; ++i) {
      HttpRequest request("GET", "/");
      const auto result = co_await client.send(std::move(request), Ms(3000));
      EXPECT_EQ(result.value().status, 200u);
      co_await malin::testing::pause(Ms(100));
    }
  }(server.listen("127.0.0.1", 0).value()));
  ASSERT_EQ(peers.size(), 2u);
  EXPECT_NE(peers[0], peers[1]);
}

}  // namespace
}  // namespace malin::net
