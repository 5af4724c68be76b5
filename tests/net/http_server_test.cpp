#include "net/http_server.hpp"

#include <gtest/gtest.h>

#include "net/peers.hpp"
#include "net/run.hpp"

namespace malin::net {
namespace {

namespace asio = boost::asio;
using malin::testing::Ms;
using malin::testing::run;
using malin::testing::Wire;

// "/echo" gives back the body, "/stream" three chunks, "/none" no answer, "/throw" an exception, "/abort" half an
// answer, "/empty" a 204, "/twice" answers twice; anything else is described.
Task<void> handle(Exchange& exchange) {
  const auto& request = exchange.request();
  if (request.target == "/none") co_return;
  if (request.target == "/throw") throw std::runtime_error("broken handler");
  if (request.target == "/echo") {
    HttpResponse response(200, "text/plain", request.body);
    co_await exchange.respond(std::move(response));
    co_return;
  }
  if (request.target == "/stream" || request.target == "/abort") {
    Headers headers;
    headers.add("Content-Type", "text/event-stream");
    co_await exchange.begin(200, std::move(headers));
    co_await exchange.write("one");
    co_await exchange.write("");
    if (request.target == "/abort") {
      exchange.abort();
      const auto late = co_await exchange.write("late");
      EXPECT_EQ(late.error().code, Errc::unreachable);
      co_return;
    }
    co_await exchange.write("twelve bytes");
    co_await exchange.end();
    co_return;
  }
  HttpResponse response(request.target == "/empty" ? 204 : 200, "text/plain", request.method + " " + request.target);
  response.headers.add("X-Split", "a\r\nX-Smuggled: b");
  co_await exchange.respond(response);
  if (request.target == "/twice") {
    const auto again = co_await exchange.respond(response);
    EXPECT_EQ(again.error().code, Errc::refused);
  }
}

struct HttpServerTest : ::testing::Test {
  explicit HttpServerTest(ServerLimits limits = {}) : server(io.get_executor(), handle, limits) {
    port = server.listen("127.0.0.1", 0).value();
  }

  // What the server answers to these bytes until it closes the connection.
  std::string answer(std::string bytes) {
    std::string result;
    run(io, talk(port, std::move(bytes), result));
    return result;
  }

  static Task<void> talk(std::uint16_t port, std::string bytes, std::string& result) {
    auto wire = co_await Wire::connect(port);
    co_await wire.say(std::move(bytes));
    result = co_await wire.hear_all();
  }

  asio::io_context io;
  HttpServer server;
  std::uint16_t port = 0;
};

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t result = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++result;
  return result;
}

constexpr const char* kLast = "Host: h\r\nConnection: close\r\n\r\n";

TEST_F(HttpServerTest, a_request_is_answered) {
  const auto text = answer(std::string("GET /x?y=1 HTTP/1.1\r\n") + kLast);
  EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n")) << text;
  EXPECT_NE(text.find("Content-Length: 10\r\n"), text.npos) << text;
  EXPECT_NE(text.find("Connection: close\r\n"), text.npos) << text;
  EXPECT_TRUE(text.ends_with("\r\n\r\nGET /x?y=1")) << text;
}

TEST_F(HttpServerTest, a_header_value_cannot_smuggle_in_another_header) {
  EXPECT_EQ(answer(std::string("GET / HTTP/1.1\r\n") + kLast).find("\nX-Smuggled"), std::string::npos);
}

TEST_F(HttpServerTest, requests_in_one_go_are_answered_one_after_another) {
  const auto text =
      answer(std::string("GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /echo HTTP/1.1\r\nHost: h\r\n") +
             "Content-Length: 5\r\n\r\nhelloGET /stream HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\n" + kLast);
  EXPECT_EQ(count(text, "HTTP/1.1 200 OK"), 4u) << text;
  const auto order = {text.find("GET /a"), text.find("hello"), text.find("twelve"), text.find("GET /b")};
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end())) << text;
}

TEST_F(HttpServerTest, head_gets_the_head_alone) {
  const auto text = answer(std::string("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\nHEAD /stream HTTP/1.1\r\n") + kLast);
  EXPECT_NE(text.find("Content-Length: 7\r\n"), text.npos) << text;
  EXPECT_EQ(text.find("HEAD /x"), text.npos) << text;
  EXPECT_EQ(text.find("one"), text.npos) << text;
  EXPECT_EQ(count(text, "HTTP/1.1 200 OK"), 2u) << text;
}

TEST_F(HttpServerTest, a_204_has_no_body) {
  const auto text = answer(std::string("GET /empty HTTP/1.1\r\n") + kLast);
  EXPECT_TRUE(text.starts_with("HTTP/1.1 204 No Content\r\n")) << text;
  EXPECT_TRUE(text.ends_with("\r\n\r\n")) << text;
  EXPECT_EQ(text.find("Content-Length"), text.npos) << text;
}

TEST_F(HttpServerTest, a_stream_is_chunked) {
  const auto text = answer(std::string("GET /stream HTTP/1.1\r\n") + kLast);
  EXPECT_NE(text.find("Transfer-Encoding: chunked\r\n"), text.npos) << text;
  EXPECT_TRUE(text.ends_with("\r\n\r\n3\r\none\r\nc\r\ntwelve bytes\r\n0\r\n\r\n")) << text;
}

TEST_F(HttpServerTest, an_old_client_gets_a_stream_without_chunks) {
  const auto text = answer("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(text.find("chunked"), text.npos) << text;
  EXPECT_TRUE(text.ends_with("\r\n\r\nonetwelve bytes")) << text;
}

TEST_F(HttpServerTest, a_chunked_request_is_put_together) {
  const auto text = answer(std::string("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n") + kLast +
                           "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_TRUE(text.ends_with("\r\n\r\nhello!")) << text;
}

TEST_F(HttpServerTest, a_client_that_expects_it_is_told_to_continue) {
  run(io, [](std::uint16_t port) -> Task<void> {
    auto wire = co_await Wire::connect(port);
    co_await wire.say("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    const auto interim = co_await wire.hear_until("\r\n\r\n");
    EXPECT_EQ(interim, "HTTP/1.1 100 Continue\r\n\r\n");
    co_await wire.say("ok");
    const auto text = co_await wire.hear_until("\r\n\r\nok");
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200")) << text;
  }(port));
}

TEST_F(HttpServerTest, a_body_that_is_too_large_is_not_invited) {
  const auto text =
      answer("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n");
  EXPECT_TRUE(text.starts_with("HTTP/1.1 413 ")) << text;
}

TEST_F(HttpServerTest, what_is_no_http_gets_400) {
  for (const char* bytes : {"hello\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/3.0\r\nHost: h\r\n\r\n",
                            "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const auto text = answer(bytes);
    EXPECT_TRUE(text.starts_with("HTTP/1.1 400 ")) << bytes << text;
    EXPECT_EQ(count(text, "HTTP/1.1 "), 1u) << bytes << text;
  }
}

TEST_F(HttpServerTest, an_unknown_transfer_coding_gets_501) {
  const auto text = answer("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n");
  EXPECT_TRUE(text.starts_with("HTTP/1.1 501 ")) << text;
}

TEST_F(HttpServerTest, a_handler_without_an_answer_gives_500_and_the_connection_goes_on) {
  const auto text = answer(std::string("GET /none HTTP/1.1\r\nHost: h\r\n\r\nGET /after HTTP/1.1\r\n") + kLast);
  EXPECT_TRUE(text.starts_with("HTTP/1.1 500 ")) << text;
  EXPECT_NE(text.find("GET /after"), text.npos) << text;
}

TEST_F(HttpServerTest, a_handler_that_throws_gives_500_and_the_connection_ends) {
  const auto text = answer("GET /throw HTTP/1.1\r\nHost: h\r\n\r\nGET /after HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(text.starts_with("HTTP/1.1 500 ")) << text;
  EXPECT_EQ(text.find("broken handler"), text.npos) << text;
  EXPECT_EQ(text.find("GET /after"), text.npos) << text;
}

TEST_F(HttpServerTest, a_second_answer_is_refused) {
  EXPECT_EQ(count(answer(std::string("GET /twice HTTP/1.1\r\n") + kLast), "HTTP/1.1 "), 1u);
}

TEST_F(HttpServerTest, an_aborted_answer_stays_half) {
  const auto text = answer("GET /abort HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(text.ends_with("3\r\none\r\n")) << text;
}

TEST_F(HttpServerTest, a_taken_address_is_refused) {
  HttpServer second(io.get_executor(), handle);
  for (const auto& taken :
       {second.listen("127.0.0.1", port), second.listen("192.0.2.1", 0), second.listen("nowhere", 0)}) {
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::refused);
  }
}

TEST_F(HttpServerTest, a_stopped_server_frees_its_port_and_ends_its_connections) {
  run(io, [](HttpServer& server, std::uint16_t port) -> Task<void> {
    auto wire = co_await Wire::connect(port);
    co_await wire.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    co_await wire.hear_until("GET /a");
    server.stop();
    const auto rest = co_await wire.hear_all();
    EXPECT_EQ(rest, "");
    co_await server.stopped();
  }(server, port));
  HttpServer second(io.get_executor(), handle);
  EXPECT_TRUE(second.listen("127.0.0.1", port));
}

struct TightServerTest : HttpServerTest {
  TightServerTest() : HttpServerTest(limits()) {}
  static ServerLimits limits() {
    ServerLimits tight;
    tight.header_bytes_max = 512;
    tight.body_bytes_max = 1000;
    tight.idle = Ms(100);
    tight.request = Ms(100);
    tight.connections_max = 2;
    return tight;
  }
};

TEST_F(TightServerTest, a_large_body_gets_413_even_while_it_is_still_sent) {
  for (const std::size_t size : {std::size_t(1001), std::size_t(8) << 20}) {
    const auto text = answer("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
                             std::string(size, 'x'));
    EXPECT_TRUE(text.starts_with("HTTP/1.1 413 ")) << text;
  }
}

TEST_F(TightServerTest, a_large_chunked_body_gets_413) {
  const auto text = answer("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n");
  EXPECT_TRUE(text.starts_with("HTTP/1.1 413 ")) << text;
}

TEST_F(TightServerTest, large_headers_get_431) {
  const auto text = answer("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(600, 'x') + "\r\n\r\n");
  EXPECT_TRUE(text.starts_with("HTTP/1.1 431 ")) << text;
}

TEST_F(TightServerTest, a_slow_request_gets_408) {
  EXPECT_TRUE(answer("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nx").starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(answer("GET / HT").starts_with("HTTP/1.1 408 "));
}

TEST_F(TightServerTest, an_idle_connection_is_closed) { EXPECT_EQ(answer(""), ""); }

TEST_F(TightServerTest, a_connection_too_many_is_closed_at_once) {
  run(io, [](std::uint16_t port) -> Task<void> {
    auto first = co_await Wire::connect(port);
    auto second = co_await Wire::connect(port);
    auto third = co_await Wire::connect(port);
    const auto nothing = co_await third.hear_all();
    EXPECT_EQ(nothing, "");
    co_await second.say(std::string("GET /b HTTP/1.1\r\n") + kLast);
    const auto text = co_await second.hear_all();
    EXPECT_TRUE(text.ends_with("GET /b")) << text;
  }(port));
}

}  // namespace
}  // namespace malin::net
