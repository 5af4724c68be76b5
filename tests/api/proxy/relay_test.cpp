// What passes through, and how: bytes, connections, and what is for one hop only.
#include "api/proxy/fixture.hpp"

namespace malin::testing {
namespace {

class RelayTest : public ProxyFixture {};

TEST_F(RelayTest, a_request_and_its_answer_pass) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say("GET /v1/models?x=%41 HTTP/1.1\r\nHost: example\r\nX-Odd:  a  b \r\nuser-agent: t\r\n\r\n");
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("\r\n\r\n");
    EXPECT_EQ(
        asked,
        "GET /v1/models?x=%41 HTTP/1.1\r\nHost: example\r\nX-Odd:  a  b \r\nuser-agent: t\r\nVia: 1.1 malin\r\n\r\n");
    co_await server.say("HTTP/1.1 200 Fine Indeed\r\nX-Two: 1\r\nX-Two: 2\r\nContent-Length: 5\r\n\r\nhello");
    const std::string heard = co_await client.hear_until("hello");
    EXPECT_EQ(heard, "HTTP/1.1 200 Fine Indeed\r\nX-Two: 1\r\nX-Two: 2\r\nContent-Length: 5\r\n\r\nhello");
  }(*this));
}

TEST_F(RelayTest, both_connections_are_used_again) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    Wire server = co_await test.exchange_one(client);
    co_await client.say(get("/two"));
    const std::string second = co_await server.hear_until("\r\n\r\n");
    EXPECT_TRUE(second.starts_with("GET /two "));
    co_await server.say(ok("2"));
    co_await client.hear_until("\r\n\r\n2");
  }(*this));
}

TEST_F(RelayTest, what_is_for_one_hop_goes_no_further) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Secret, Host, Content-Length\r\nKeep-Alive: "
        "timeout=9\r\n"
        "X-Secret: 1\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\nUpgrade: h2c\r\nProxy-Authorization: "
        "x\r\n\r\n");
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("\r\n\r\n");
    EXPECT_EQ(asked, "GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 malin\r\n\r\n");
    co_await server.say(
        "HTTP/1.1 204 No Content\r\nConnection: keep-alive, X-Own\r\nX-Own: 1\r\nKeep-Alive: timeout=5\r\nX-Kept: "
        "1\r\n\r\n");
    const std::string heard = co_await client.hear_until("\r\n\r\n");
    EXPECT_EQ(heard, "HTTP/1.1 204 No Content\r\nX-Kept: 1\r\n\r\n");
  }(*this));
}

TEST_F(RelayTest, a_chunked_answer_passes_as_it_comes) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(get("/stream"));
    Wire server = co_await test.server();
    co_await server.hear_until("\r\n\r\n");
    co_await server.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string head = co_await client.hear_until("\r\n\r\n");
    EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), head.npos);
    for (const std::string token : {"data: a\n\n", "data: b\n\n"}) {
      co_await server.say("9;ext=1\r\n" + token + "\r\n");
      const std::string heard = co_await client.hear_until("\n\n\r\n");  // Before the server says more.
      EXPECT_EQ(heard, "9;ext=1\r\n" + token + "\r\n");
    }
    co_await server.say("0\r\nX-Trailer: 1\r\n\r\n");
    const std::string end = co_await client.hear_until("\r\n\r\n");
    EXPECT_EQ(end, "0\r\nX-Trailer: 1\r\n\r\n");
    co_await client.say(get("/again"));
    co_await server.hear_until("\r\n\r\n");
  }(*this));
}

TEST_F(RelayTest, messages_may_come_byte_by_byte) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    const std::string request =
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n1\r\ne\r\n0\r\nT: 1\r\n\r\n";
    for (const char c : request) {
      co_await client.say(std::string(1, c));
      co_await pause(Ms(0));
    }
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("T: 1\r\n\r\n");
    EXPECT_TRUE(asked.ends_with("\r\n\r\n4\r\nabcd\r\n1\r\ne\r\n0\r\nT: 1\r\n\r\n")) << asked;
    const std::string response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\n";
    for (const char c : response) {
      co_await server.say(std::string(1, c));
      co_await pause(Ms(0));
    }
    const std::string heard = co_await client.hear_until("0\r\n\r\n");
    EXPECT_EQ(heard, response);
  }(*this));
}

TEST_F(RelayTest, pipelined_requests_are_answered_in_order) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(get("/1") + post("/2", "{}") + get("/3"));
    Wire server = co_await test.server();
    for (const std::string name : {"/1", "/2", "/3"}) {
      const std::string asked = co_await server.hear_until("\r\n\r\n");
      EXPECT_NE(asked.find(" " + name + " "), asked.npos) << asked;
      if (name == "/2") co_await server.hear_until("{}");
      co_await server.say(ok("of " + name));
    }
    const std::string heard = co_await client.hear_until("of /3");
    EXPECT_LT(heard.find("of /1"), heard.find("of /2"));
  }(*this));
}

TEST_F(RelayTest, a_head_request_gets_no_body) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/y"));
    Wire server = co_await test.server();
    co_await server.hear_until("\r\n\r\n");
    co_await server.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    const std::string next = co_await server.hear_until("\r\n\r\n");
    EXPECT_TRUE(next.starts_with("GET /y"));
    co_await server.say(ok("y"));
    const std::string heard = co_await client.hear_until("\r\n\r\ny");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nHTTP/1.1 200 OK")) << heard;
  }(*this));
}

TEST_F(RelayTest, an_invitation_to_send_the_body_passes) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("\r\n\r\n");
    EXPECT_NE(asked.find("Expect: 100-continue"), asked.npos);
    co_await server.say("HTTP/1.1 100 Continue\r\n\r\n");
    co_await client.hear_until("HTTP/1.1 100 Continue\r\n\r\n");
    co_await client.say("abc");
    co_await server.hear_until("abc");
    co_await server.say("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok("done"));
    const std::string heard = co_await client.hear_until("done");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK"));
  }(*this));
}

TEST_F(RelayTest, a_body_without_length_ends_with_its_connection) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(get("/x"));
    Wire server = co_await test.server();
    co_await server.hear_until("\r\n\r\n");
    co_await server.say("HTTP/1.0 200 OK\r\n\r\nsome text");
    server.close();
    const std::string heard = co_await client.hear_all();
    EXPECT_EQ(heard, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome text");
  }(*this));
}

TEST_F(RelayTest, a_client_of_http_1_0_gets_no_chunks) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say("GET / HTTP/1.0\r\n\r\n");
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("\r\n\r\n");
    EXPECT_NE(asked.find("\r\nHost: 127.0.0.1:"), asked.npos);
    co_await server.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    const std::string heard = co_await client.hear_all();
    EXPECT_EQ(heard, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde");
  }(*this));
}

TEST_F(RelayTest, an_absolute_target_names_the_host) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say("GET http://other:9/p?q HTTP/1.1\r\nHost: ignored\r\n\r\n");
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("\r\n\r\n");
    EXPECT_EQ(asked, "GET /p?q HTTP/1.1\r\nHost: other:9\r\nVia: 1.1 malin\r\n\r\n");
  }(*this));
}

TEST_F(RelayTest, a_websocket_passes_both_ways) {
  talk([](RelayTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(
        "GET /system HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("\r\n\r\n");
    EXPECT_NE(asked.find("Connection: Upgrade\r\nUpgrade: websocket\r\n"), asked.npos) << asked;
    EXPECT_NE(asked.find("permessage-deflate"), asked.npos);
    co_await server.say(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst words");
    const std::string head = co_await client.hear_until("first words");
    EXPECT_NE(head.find("Upgrade: websocket\r\n"), head.npos);
    EXPECT_NE(head.find("Connection: Upgrade\r\n"), head.npos);
    co_await client.say("ping");
    co_await server.hear_until("ping");
    co_await server.say("pong");
    co_await client.hear_until("pong");
    server.end_sending();
    const std::string rest = co_await client.hear_all();
    EXPECT_EQ(rest, "");
    co_await client.say("last");
    client.close();
    const std::string last = co_await server.hear_all();
    EXPECT_EQ(last, "last");
  }(*this));
}

}  // namespace
}  // namespace malin::testing
