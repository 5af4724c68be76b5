// What goes wrong on either side, and what is refused.
#include "api/proxy/fixture.hpp"

namespace malin::testing {
namespace {

class TroubleTest : public ProxyFixture {
 public:
  // What the client gets for these bytes, which must never reach the server.
  std::string refused(std::string bytes) {
    std::string heard;
    talk([](TroubleTest& test, std::string said, std::string& answer) -> Task<void> {
      Wire client = co_await test.client();
      co_await client.say(said);
      answer = co_await client.hear_until("}\n");
      client.end_sending();
      co_await client.hear_all();
    }(*this, std::move(bytes), heard));
    return heard.substr(0, heard.find("\r\n"));
  }
};

TEST_F(TroubleTest, what_could_be_read_in_two_ways_is_refused) {
  const std::string bad = "HTTP/1.1 400 Bad Request";
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(refused(start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), bad);
  EXPECT_EQ(refused(start + "Content-Length: 3, 3\r\n\r\nabc"), bad);
  EXPECT_EQ(refused(start + "Content-Length: +3\r\n\r\nabc"), bad);
  EXPECT_EQ(refused(start + "Content-Length: 0x3\r\n\r\nabc"), bad);
  EXPECT_EQ(refused(start + "Content-Length: -1\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + "Content-Length: 99999999999999999999\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + "Content-Length : 3\r\n\r\nabc"), bad);
  EXPECT_EQ(refused(start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), bad);
  EXPECT_EQ(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + "X: 1\n\r\n"), bad);
  EXPECT_EQ(refused("GET / HTTP/1.1\nHost: a\n\n"), bad);
  EXPECT_EQ(refused(start + "X: a\rb\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + "X: a\r\n folded\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + std::string("X: a\0b\r\n\r\n", 10)), bad);
  EXPECT_EQ(refused(start + "X y: 1\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + ": 1\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + "Host: b\r\n\r\n"), bad);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), bad);
  EXPECT_EQ(refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), bad);
  EXPECT_EQ(refused("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), bad);
  EXPECT_EQ(refused("GET path HTTP/1.1\r\nHost: a\r\n\r\n"), bad);
  EXPECT_EQ(refused("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), bad);
  EXPECT_EQ(refused(start + "Transfer-Encoding: gzip, chunked\r\n\r\n"), "HTTP/1.1 501 Not Implemented");
  EXPECT_EQ(refused(start + "Transfer-Encoding: xchunked\r\n\r\n"), "HTTP/1.1 501 Not Implemented");
  EXPECT_EQ(refused(start + "Expect: miracles\r\n\r\n"), "HTTP/1.1 417 Expectation Failed");
  EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), "HTTP/1.1 505 HTTP Version Not Supported");
  EXPECT_EQ(refused("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 405 Method Not Allowed");
}

TEST_F(TroubleTest, a_head_without_end_is_refused) {
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x')),
            "HTTP/1.1 431 Request Header Fields Too Large");
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 200; ++i) many += "X: 1\r\n";
  EXPECT_EQ(refused(many + "\r\n"), "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_F(TroubleTest, a_broken_chunk_goes_no_further) {
  for (const std::string body : {"zz\r\n", "3\r\nabcX\r\n", "3\nabc\r\n", "1\r\na\r\n0\r\nContent-Length: 1\r\n\r\n",
                                 "ffffffffffffffff\r\n", "3 x\r\nabc\r\n"}) {
    talk([](TroubleTest& test, std::string broken) -> Task<void> {
      Wire client = co_await test.client();
      co_await client.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + broken);
      Wire server = co_await test.server();
      const std::string answer = co_await client.hear_until("\r\n");
      EXPECT_EQ(answer, "HTTP/1.1 400 Bad Request\r\n") << broken;
      client.close();
      const std::string asked = co_await server.hear_all();
      EXPECT_EQ(asked.find("0\r\n\r\n"), asked.npos) << broken;
    }(*this, body));
  }
}

TEST_F(TroubleTest, when_the_client_goes_the_server_hears_of_it) {
  talk([](TroubleTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post("/v1/chat/completions", R"({"model":"m","stream":true})"));
    Wire server = co_await test.server();
    co_await server.hear_until("true}");
    co_await server.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    co_await client.hear_until("a\r\n");
    client.close();
    co_await server.hear_all();  // Ends.
  }(*this));
}

TEST_F(TroubleTest, when_the_client_goes_before_the_answer_the_server_hears_of_it) {
  talk([](TroubleTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(get("/slow"));
    Wire server = co_await test.server();
    co_await server.hear_until("\r\n\r\n");
    client.reset();
    co_await server.hear_all();
  }(*this));
}

TEST_F(TroubleTest, an_answer_that_is_cut_is_seen_to_be_cut) {
  talk([](TroubleTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(get("/x"));
    Wire server = co_await test.server();
    co_await server.hear_until("\r\n\r\n");
    co_await server.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
    server.close();
    const std::string heard = co_await client.hear_all();
    EXPECT_TRUE(heard.ends_with("5\r\nab"));
  }(*this));
}

TEST_F(TroubleTest, a_server_that_hangs_up_is_a_bad_gateway) {
  talk([](TroubleTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post("/v1/messages", "{}"));
    Wire server = co_await test.server();
    co_await server.hear_until("{}");
    server.close();
    const std::string heard = co_await client.hear_until("}\n");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    EXPECT_NE(heard.find(R"({"type":"error","error":{"type":"api_error","message":")"), heard.npos) << heard;
  }(*this));
}

TEST_F(TroubleTest, an_answer_that_makes_no_sense_is_a_bad_gateway) {
  for (const std::string answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 101 Sure\r\n\r\n"}) {
    talk([](TroubleTest& test, std::string said) -> Task<void> {
      Wire client = co_await test.client();
      co_await client.say(get("/x"));
      Wire server = co_await test.server();
      co_await server.hear_until("\r\n\r\n");
      co_await server.say(said);
      const std::string heard = co_await client.hear_until("\r\n");
      EXPECT_EQ(heard, "HTTP/1.1 502 Bad Gateway\r\n") << said;
      client.close();
      co_await server.hear_all();
    }(*this, answer));
  }
}

TEST_F(TroubleTest, an_idle_connection_that_the_server_closed_is_not_used) {
  talk([](TroubleTest& test) -> Task<void> {
    Wire client = co_await test.client();
    Wire first = co_await test.exchange_one(client);
    first.close();
    co_await client.say(get("/two"));
    Wire second = co_await test.server();
    const std::string asked = co_await second.hear_until("\r\n\r\n");
    EXPECT_TRUE(asked.starts_with("GET /two"));
    co_await second.say(ok("2"));
    co_await client.hear_until("\r\n\r\n2");
  }(*this));
}

TEST_F(TroubleTest, a_chat_that_meets_a_closing_connection_is_said_again) {
  talk([](TroubleTest& test) -> Task<void> {
    Wire client = co_await test.client();
    Wire first = co_await test.exchange_one(client);
    co_await client.say(post("/v1/chat/completions", R"({"a":1})"));
    co_await first.hear_until("}");
    first.reset();
    Wire second = co_await test.server();
    const std::string asked = co_await second.hear_until("}");
    EXPECT_TRUE(asked.ends_with("\r\n\r\n{\"a\":1}"));
    co_await second.say(ok("2"));
    co_await client.hear_until("\r\n\r\n2");
  }(*this));
}

TEST_F(TroubleTest, nobody_behind_is_a_bad_gateway) {
  api::proxy::ProxyOptions options;
  options.port = 0;
  options.upstream.host = "127.0.0.1";
  options.upstream.port = 1;
  api::proxy::Proxy proxy(io_.get_executor(), options, house_);
  port_ = proxy.listen().value();
  talk([](TroubleTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(get("/x"));
    const std::string heard = co_await client.hear_until("}\n");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    EXPECT_NE(heard.find(R"("error":{"message":"127.0.0.1:1 does not answer")"), heard.npos) << heard;
  }(*this));
  proxy.stop();
  run(io_, proxy.stopped());
}

TEST_F(TroubleTest, an_early_answer_ends_the_request) {
  talk([](TroubleTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome");
    Wire server = co_await test.server();
    co_await server.hear_until("some");
    co_await server.say("HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno");
    const std::string heard = co_await client.hear_until("\r\n\r\nno");
    EXPECT_NE(heard.find("Connection: close\r\n"), heard.npos);
    client.end_sending();
    co_await client.hear_all();
  }(*this));
}

// A reader that does not read must stop the server from sending: what lies between them has a limit.
TEST_F(TroubleTest, a_slow_reader_slows_the_sender) {
  talk([](TroubleTest& test) -> Task<void> {
    constexpr std::size_t all = 256 << 20;
    Wire client = co_await test.client();
    co_await client.say(get("/big"));
    Wire server = co_await test.server();
    co_await server.hear_until("\r\n\r\n");
    co_await server.say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(all) + "\r\n\r\n");
    co_await client.hear_until("\r\n\r\n");
    const std::size_t taken = co_await server.stuff(all, Ms(300));
    EXPECT_LT(taken, all / 2);  // The kernel's own buffers, and little more.
    client.close();
  }(*this));
}

}  // namespace
}  // namespace malin::testing
