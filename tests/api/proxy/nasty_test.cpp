// HTTP/1.1 as no good client or server would write it, but as RFC 9112 allows it, or as it must be survived.
#include "api/proxy/fixture.hpp"

namespace malin::testing {
namespace {

class NastyTest : public ProxyFixture {
 public:
  // Both messages cut in two at the same place. They end alike.
  static Task<void> pass_split(NastyTest& test, std::string request, std::string answer, std::size_t at) {
    const std::string end = request.substr(request.find("end"));
    Wire client = co_await test.client();
    co_await client.say(request.substr(0, std::min(at, request.size())));
    co_await pause(Ms(0));
    if (at < request.size()) co_await client.say(request.substr(at));
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until(end);
    EXPECT_TRUE(asked.ends_with("\r\n\r\n" + request.substr(request.find("\r\n\r\n") + 4))) << at;
    co_await server.say(answer.substr(0, std::min(at, answer.size())));
    co_await pause(Ms(0));
    if (at < answer.size()) co_await server.say(answer.substr(at));
    const std::string heard = co_await client.hear_until(end);
    EXPECT_EQ(heard, answer) << at;
    server.close();
  }
};

TEST_F(NastyTest, a_message_may_be_cut_anywhere) {
  const std::string request = "POST /x HTTP/1.1\r\nHost: a\r\nX: y\r\nContent-Length: 5\r\n\r\n\r\nend";
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n\r\nend";
  for (std::size_t at = 1; at <= std::max(request.size(), answer.size()); ++at)
    talk(pass_split(*this, request, answer, at));
}

TEST_F(NastyTest, a_chunked_message_may_be_cut_anywhere) {
  const std::string request =
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;q=\"a\"\r\n\r\n\r\n0\r\nT: end\r\n\r\n";
  const std::string answer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00a\r\n0123456789\r\n0\r\nT: end\r\n\r\n";
  for (std::size_t at = 1; at <= std::max(request.size(), answer.size()); ++at)
    talk(pass_split(*this, request, answer, at));
}

TEST_F(NastyTest, the_next_request_may_come_within_the_bytes_of_this_one) {
  talk([](NastyTest& test) -> Task<void> {
    Wire client = co_await test.client();
    const std::string chunked = "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    co_await client.say(post("/1", "GET /not-a-request") + chunked + "\r\n" + get("/3"));
    Wire server = co_await test.server();
    co_await server.hear_until("GET /not-a-request");
    co_await server.say(ok("1"));
    const std::string second = co_await server.hear_until("0\r\n\r\n");
    EXPECT_TRUE(second.starts_with("POST /2 ")) << second;
    co_await server.say(ok("2"));
    const std::string third = co_await server.hear_until("\r\n\r\n");
    EXPECT_TRUE(third.starts_with("GET /3 ")) << third;
    co_await server.say(ok("3"));
    const std::string heard = co_await client.hear_until("\r\n\r\n3");
    EXPECT_LT(heard.find("\r\n\r\n1"), heard.find("\r\n\r\n2"));
  }(*this));
}

TEST_F(NastyTest, who_wants_to_close_is_told_so_and_closed) {
  talk([](NastyTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get("/never"));
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("\r\n\r\n");
    EXPECT_EQ(asked.find("Connection"), asked.npos) << "the server's connection is kept";
    co_await server.say(ok("1"));
    const std::string heard = co_await client.hear_all();
    EXPECT_EQ(heard, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1");
    Wire other = co_await test.client();
    co_await other.say(get("/2"));
    const std::string next = co_await server.hear_until("\r\n\r\n");
    EXPECT_TRUE(next.starts_with("GET /2 ")) << next;
  }(*this));
}

TEST_F(NastyTest, a_server_that_wants_to_close_costs_the_client_nothing) {
  talk([](NastyTest& test) -> Task<void> {
    Wire client = co_await test.client();
    for (const std::string name : {"1", "2"}) {
      co_await client.say(get("/" + name));
      Wire server = co_await test.server();  // Each time another one.
      co_await server.hear_until("\r\n\r\n");
      co_await server.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n" + name);
      const std::string heard = co_await client.hear_until("\r\n\r\n" + name);
      EXPECT_EQ(heard, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + name);
    }
  }(*this));
}

TEST_F(NastyTest, what_could_do_harm_twice_is_not_said_twice) {
  talk([](NastyTest& test) -> Task<void> {
    Wire client = co_await test.client();
    Wire server = co_await test.exchange_one(client);
    co_await client.say(post("/v1/files", "{}"));
    co_await server.hear_until("{}");
    server.reset();
    const std::string heard = co_await client.hear_until("}\n");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 502 Bad Gateway\r\n")) << heard;
  }(*this));
}

TEST_F(NastyTest, errors_of_the_server_pass_as_they_are) {
  talk([](NastyTest& test) -> Task<void> {
    Wire client = co_await test.client();
    Wire server(Tcp::socket(test.io_));
    for (const std::string line : {"400 Bad Request", "404 Not Found", "418 I'm a teapot", "500 Oh No", "503 Busy"}) {
      co_await client.say(post("/v1/chat/completions", R"({"model":"brain"})"));
      if (line.starts_with("400")) server = co_await test.server();
      co_await server.hear_until("}");
      const std::string said = "HTTP/1.1 " + line +
                               "\r\nContent-Type: application/json\r\nRetry-After: 7\r\nContent-Length: 27\r\n\r\n"
                               R"({"error" : "[SELFIE: no]" })";
      co_await server.say(said);
      const std::string heard = co_await client.hear_until("\" }");
      EXPECT_EQ(heard, said);
    }
    EXPECT_TRUE(test.house_.asked.empty());
  }(*this));
}

TEST_F(NastyTest, a_server_that_folds_a_line_or_forgets_its_cr_is_not_believed) {
  for (const std::string line : {"X: a\r\n b", "X: a\nY: b", "X: a\rb", "X : a", "Content-Length: 1, 1"}) {
    talk([](NastyTest& test, std::string odd) -> Task<void> {
      Wire client = co_await test.client();
      co_await client.say(get("/x"));
      Wire server = co_await test.server();
      co_await server.hear_until("\r\n\r\n");
      co_await server.say("HTTP/1.1 200 OK\r\n" + odd + "\r\nContent-Length: 1\r\n\r\nx");
      const std::string heard = co_await client.hear_until("\r\n");
      EXPECT_EQ(heard, "HTTP/1.1 502 Bad Gateway\r\n") << odd;
    }(*this, line));
  }
}

// A server that does not read must stop the client from sending.
TEST_F(NastyTest, a_slow_server_slows_the_client) {
  talk([](NastyTest& test) -> Task<void> {
    constexpr std::size_t all = 256 << 20;
    Wire client = co_await test.client();
    co_await client.say("POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(all) + "\r\n\r\n");
    Wire server = co_await test.server();
    co_await server.hear_until("\r\n\r\n");
    const std::size_t taken = co_await client.stuff(all, Ms(300));
    EXPECT_LT(taken, all / 2);  // The kernel's own buffers, and little more.
  }(*this));
}

TEST_F(NastyTest, a_client_that_ends_in_the_middle_of_its_body_ends_the_request) {
  talk([](NastyTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
    Wire server = co_await test.server();
    co_await server.hear_until("ab");
    client.end_sending();
    const std::string rest = co_await server.hear_all();
    EXPECT_EQ(rest, "") << "nothing pretends that it was whole";
  }(*this));
}

}  // namespace
}  // namespace malin::testing
