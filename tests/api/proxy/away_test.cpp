// What becomes of a request whose model is away, and of turns.
#include "api/proxy/fixture.hpp"

namespace malin::testing {
namespace {

using api::proxy::ProxyOptions;

class AwayTest : public ProxyFixture {};

TEST_F(AwayTest, a_reply_is_a_turn_from_its_first_byte_to_its_last) {
  talk([](AwayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    EXPECT_EQ(test.house_.speaking, 0);
    co_await client.say(post(chat, ask));
    Wire server = co_await test.server();
    co_await server.hear_until("}");
    EXPECT_EQ(test.house_.speaking, 1);
    Wire second = co_await test.client();
    co_await second.say(post(chat, ask));
    Wire other = co_await test.server();
    co_await other.hear_until("}");
    EXPECT_EQ(test.house_.speaking, 2);
    EXPECT_EQ(test.house_.begun, 1);  // The second has joined.
    co_await server.say(ok("{}"));
    co_await client.hear_until("{}");
    co_await other.say(ok("{}"));
    co_await second.hear_until("{}");
    co_await client.say(get("/v1/models"));
    co_await other.hear_until("\r\n\r\n");  // The newest idle connection.
    EXPECT_EQ(test.house_.speaking, 0);
  }(*this));
}

TEST_F(AwayTest, a_client_that_leaves_ends_its_turn) {
  talk([](AwayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post(chat, ask));
    Wire server = co_await test.server();
    co_await server.hear_until("}");
    client.close();
    co_await server.hear_all();
    EXPECT_EQ(test.house_.speaking, 0);
  }(*this));
}

TEST_F(AwayTest, a_held_request_goes_on_when_she_is_back) {
  house_.send_away("brain");
  talk([](AwayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post(chat, ask));
    while (test.proxy_->waiting() == 0) co_await pause(Ms(1));
    EXPECT_TRUE(test.house_.someone_waits);
    EXPECT_EQ(test.house_.speaking, 0);
    test.house_.bring_back("brain");
    Wire server = co_await test.server();  // Nobody came before.
    const std::string asked = co_await server.hear_until("\"brain\"}");
    EXPECT_TRUE(asked.ends_with(std::string("\r\n\r\n") + ask)) << asked;
    EXPECT_EQ(test.house_.speaking, 1);
    co_await server.say(ok("{}"));
    co_await client.hear_until("{}");
    EXPECT_FALSE(test.house_.someone_waits);
  }(*this));
}

TEST_F(AwayTest, others_pass_while_she_is_away) {
  house_.send_away("brain");
  talk([](AwayTest& test) -> Task<void> {
    Wire held = co_await test.client();
    co_await held.say(post(chat, ask));
    while (test.proxy_->waiting() == 0) co_await pause(Ms(1));
    Wire client = co_await test.client();
    co_await client.say(post(chat, R"({"model":"vision"})"));
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("}");
    EXPECT_NE(asked.find("vision"), asked.npos);
    co_await server.say(ok("{}"));
    co_await client.hear_until("{}");
    co_await client.say(get("/v1/models"));
    co_await server.hear_until("\r\n\r\n");
    held.close();
    while (test.proxy_->waiting() != 0) co_await pause(Ms(1));
  }(*this));
}

TEST_F(AwayTest, held_requests_are_answered_in_order) {
  house_.send_away("brain");
  talk([](AwayTest& test) -> Task<void> {
    std::vector<Wire> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(co_await test.client());
      co_await clients.back().say(post(chat, R"({"model":"brain","n":)" + std::to_string(i) + "}"));
      while (test.proxy_->waiting() <= static_cast<std::size_t>(i)) co_await pause(Ms(1));
    }
    test.house_.bring_back("brain");
    Wire server = co_await test.server();
    for (int i = 0; i < 3; ++i) {
      const std::string asked = co_await server.hear_until("}");
      EXPECT_NE(asked.find("\"n\":" + std::to_string(i)), asked.npos) << asked;
      if (i == 0) {
        // Who comes now stands at the end of the row.
        clients.push_back(co_await test.client());
        co_await clients.back().say(post(chat, R"({"model":"brain","n":3})"));
        while (test.proxy_->waiting() < 4) co_await pause(Ms(1));
      }
      co_await server.say(ok("{}"));
      co_await clients[static_cast<std::size_t>(i)].hear_until("{}");
    }
    const std::string last = co_await server.hear_until("}");
    EXPECT_NE(last.find("\"n\":3"), last.npos);
    co_await server.say(ok("{}"));
    co_await clients[3].hear_until("{}");
  }(*this));
}

TEST_F(AwayTest, a_stream_that_waits_hears_signs_of_life) {
  ProxyOptions options;
  options.comment_interval = std::chrono::seconds(1);
  open(options);
  house_.send_away("brain");
  talk([](AwayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post(chat, ask_stream));
    const std::string head = co_await client.hear_until(": waiting for brain\n\n\r\n");
    EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")) << head;
    co_await client.hear_until(": waiting for brain\n\n\r\n");
    test.house_.bring_back("brain");
    Wire server = co_await test.server();
    co_await server.hear_until("}");
    co_await server.say(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
    co_await client.hear_until("9\r\ndata: 1\n\n\r\n");
    co_await server.say("0\r\n\r\n");
    co_await client.hear_until("0\r\n\r\n");
    co_await client.say(get("/v1/models"));  // The connection goes on.
    co_await server.hear_until("\r\n\r\n");
  }(*this));
}

TEST_F(AwayTest, an_error_after_signs_of_life_becomes_an_event) {
  ProxyOptions options;
  options.comment_interval = std::chrono::seconds(1);
  open(options);
  house_.send_away("brain");
  talk([](AwayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post(chat, ask_stream));
    co_await client.hear_until(": waiting for brain\n\n\r\n");
    test.house_.bring_back("brain");
    Wire server = co_await test.server();
    co_await server.hear_until("}");
    co_await server.say("HTTP/1.1 500 No\r\nContent-Length: 24\r\n\r\n{\"error\":\n{\"message\":1}}");
    const std::string end = co_await client.hear_until("0\r\n\r\n");
    EXPECT_NE(end.find("event: error\ndata: {\"error\": {\"message\":1}}\n\n"), end.npos) << end;
  }(*this));
}

TEST_F(AwayTest, a_request_is_held_only_so_long) {
  ProxyOptions options;
  options.hold_limit = std::chrono::seconds(1);
  open(options);
  house_.send_away("brain");
  talk([](AwayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post(chat, ask));
    const std::string heard = co_await client.hear_until("}\n");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << heard;
    EXPECT_NE(heard.find("Retry-After: 42\r\n"), heard.npos);
    EXPECT_EQ(test.proxy_->waiting(), 0U);
  }(*this));
}

TEST_F(AwayTest, a_body_that_waits_for_its_invitation_gets_it) {
  house_.send_away("brain");
  talk([](AwayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(
        "POST /v1/embeddings HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 17\r\n\r\n");
    co_await client.hear_until("100 Continue\r\n\r\n");
    co_await client.say(R"({"model":"brain"})");
    while (test.proxy_->waiting() == 0) co_await pause(Ms(1));
    EXPECT_FALSE(test.house_.someone_waits);  // Embeddings are no conversation.
    test.house_.bring_back("brain");
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("}");
    EXPECT_EQ(asked.find("Expect"), asked.npos);
    EXPECT_TRUE(asked.ends_with("{\"model\":\"brain\"}"));
    co_await server.say(ok("{}"));
    co_await client.hear_until("{}");
  }(*this));
}

TEST_F(AwayTest, when_a_gap_is_wanted_nobody_new_begins_to_speak) {
  house_.wants_gap = true;
  talk([](AwayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post(chat, ask));
    while (test.proxy_->waiting() == 0) co_await pause(Ms(1));
    test.house_.news();
    co_await pause(Ms(2));
    EXPECT_EQ(test.house_.speaking, 0);
    test.house_.wants_gap = false;
    test.house_.news();
    Wire server = co_await test.server();
    co_await server.hear_until("}");
    co_await server.say(ok("{}"));
    co_await client.hear_until("{}");
  }(*this));
}

TEST_F(AwayTest, a_path_in_disguise_is_known) {
  house_.send_away("brain");
  for (const char* path : {"/v1/chat/completions/", "//v1/Chat/completions?x", "/v1/ch%61t/completions"}) {
    talk([](AwayTest& test, std::string disguised) -> Task<void> {
      Wire client = co_await test.client();
      co_await client.say(post(disguised, R"({"model":"vision","model":"brain"})"));
      while (test.proxy_->waiting() == 0) co_await pause(Ms(1));
      client.close();
      while (test.proxy_->waiting() != 0) co_await pause(Ms(1));
    }(*this, path));
  }
}

}  // namespace
}  // namespace malin::testing
