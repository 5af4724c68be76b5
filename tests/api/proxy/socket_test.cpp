// WebSockets of LM Studio's SDK: predictions are turns, and what needs a model that is away waits on its own channel.
#include "api/proxy/fixture.hpp"
#include "api/proxy/socket_frames.hpp"

namespace malin::testing {
namespace {

using api::proxy::format_text_frame;
using api::proxy::SocketMessage;
using api::proxy::SocketReader;

std::string predict(int channel, const std::string& model) {
  return R"({"type":"channelCreate","endpoint":"predict","channelId":)" + std::to_string(channel) +
         R"(,"creationParameter":{"modelSpecifier":{"type":"query","query":{"identifier":")" + model +
         R"("}},"history":{"messages":[]}}})";
}

std::string fragment(int channel, const std::string& content) {
  return R"({"type":"channelSend","channelId":)" + std::to_string(channel) +
         R"(,"message":{"type":"fragment","fragment":{"content":")" + content +
         R"(","tokensCount":1,"reasoningType":"none"}}})";
}

std::string close_of(int channel) { return R"({"type":"channelClose","channelId":)" + std::to_string(channel) + "}"; }

class SocketTest : public ProxyFixture {
 public:
  Task<void> open_socket(Wire& client, Wire& server) {
    client = co_await this->client();
    co_await client.say(
        "GET /llm HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    server = co_await this->server();
    const std::string asked = co_await server.hear_until("\r\n\r\n");
    EXPECT_EQ(asked.find("permessage-deflate"), asked.npos);
    co_await server.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    co_await client.hear_until("\r\n\r\n");
  }
  template <class Body>
  void on_socket(Body body) {
    talk([](SocketTest& test, Body run_body) -> Task<void> {
      Wire client = co_await test.client();
      Wire server = co_await Wire::connect(test.port_);  // Both are replaced.
      co_await test.open_socket(client, server);
      co_await run_body(test, client, server);
    }(*this, body));
  }
};

TEST(SocketFramesTest, messages_are_read_in_any_pieces) {
  const std::string big(70'000, 'x');
  std::string masked = format_text_frame("hello", true);
  masked[2] = 'k';  // "hello" masked with "k\0\0\0".
  for (const std::size_t at : {6UL, 10UL}) masked[at] = static_cast<char>(masked[at] ^ 'k');
  const std::string fragments =
      std::string("\x01\x02", 2) + "ab" + std::string("\x89\x00", 2) + std::string("\x80\x01", 2) + "c";
  const std::string all = masked + fragments + format_text_frame(big, false) + std::string("\x82\x01", 2) + "b";
  for (const std::size_t step : {1UL, 3UL, 4096UL, all.size()}) {
    SocketReader reader;
    std::vector<SocketMessage> messages;
    for (std::size_t at = 0; at < all.size(); at += step) reader.feed(std::string_view(all).substr(at, step), messages);
    ASSERT_EQ(messages.size(), 5U);
    EXPECT_EQ(messages[0].text, "hello");
    EXPECT_EQ(messages[0].raw, masked);
    EXPECT_FALSE(messages[1].is_text);  // The ping inside the fragments.
    EXPECT_EQ(messages[2].text, "abc");
    EXPECT_EQ(messages[3].text, big);
    EXPECT_FALSE(messages[4].is_text);
    EXPECT_FALSE(reader.is_broken());
  }
  SocketReader reader;
  std::vector<SocketMessage> messages;
  reader.feed(std::string("\x80\x00", 2), messages);  // A continuation of nothing.
  EXPECT_TRUE(reader.is_broken());
}

TEST_F(SocketTest, a_prediction_is_a_turn) {
  on_socket([](SocketTest& test, Wire& client, Wire& server) -> Task<void> {
    co_await client.say(format_text_frame(R"({"type":"rpcCall","endpoint":"listLoaded","callId":0})", true));
    co_await server.hear_until("listLoaded\",\"callId\":0}");
    EXPECT_EQ(test.house_.speaking, 0);
    co_await client.say(format_text_frame(predict(1, "brain"), true));
    co_await server.hear_until("\"messages\":[]}}}");
    EXPECT_EQ(test.house_.speaking, 1);
    co_await server.say(format_text_frame(fragment(1, "Hi [SELFIE: "), false));
    co_await client.hear_until("");
    co_await server.say(format_text_frame(fragment(1, "x] you"), false) + format_text_frame(close_of(1), false));
    const std::string heard = co_await client.hear_until("channelClose\",\"channelId\":1}");
    EXPECT_EQ(heard, format_text_frame(fragment(1, "Hi "), false) + format_text_frame(fragment(1, "you"), false) +
                         format_text_frame(close_of(1), false));
    EXPECT_EQ(test.house_.asked, (std::vector<std::string>{"selfie: x"}));
    EXPECT_EQ(test.house_.speaking, 0);
  });
}

TEST_F(SocketTest, a_prediction_of_one_who_is_away_waits_and_others_pass) {
  house_.send_away("brain");
  on_socket([](SocketTest& test, Wire& client, Wire& server) -> Task<void> {
    co_await client.say(format_text_frame(predict(1, "brain"), true));
    co_await client.say(format_text_frame(predict(2, "vision"), true));
    const std::string other = co_await server.hear_until("\"messages\":[]}}}");
    EXPECT_NE(other.find("vision"), other.npos);
    EXPECT_EQ(test.proxy_->waiting(), 1U);
    EXPECT_TRUE(test.house_.someone_waits);
    test.house_.bring_back("brain");
    const std::string late = co_await server.hear_until("\"messages\":[]}}}");
    EXPECT_NE(late.find("brain"), late.npos);
    EXPECT_EQ(test.house_.speaking, 2);
    co_await server.say(format_text_frame(fragment(1, "Hi"), false));
    co_await client.hear_until("Hi");
    EXPECT_FALSE(test.house_.someone_waits);
    client.close();
    co_await server.hear_all();
    EXPECT_EQ(test.house_.speaking, 0);
  });
}

TEST_F(SocketTest, a_load_of_one_who_is_away_waits) {
  house_.send_away("brain");
  on_socket([](SocketTest& test, Wire& client, Wire& server) -> Task<void> {
    co_await client.say(format_text_frame(
        R"({"type":"channelCreate","endpoint":"getOrLoad","channelId":4,"creationParameter":{"identifier":"brain"}})",
        true));
    co_await client.say(format_text_frame(R"({"type":"keepAlive"})", true));
    const std::string first = co_await server.hear_until("keepAlive\"}");
    EXPECT_EQ(first.find("getOrLoad"), first.npos);
    test.house_.bring_back("brain");
    co_await server.hear_until("\"identifier\":\"brain\"}}");
    EXPECT_EQ(test.house_.speaking, 0);
  });
}

TEST_F(SocketTest, refused_means_an_error_on_the_channel) {
  api::proxy::ProxyOptions options;
  options.away = api::proxy::AwayPolicy::refuse;
  open(options);
  house_.send_away("brain");
  on_socket([](SocketTest&, Wire& client, Wire& server) -> Task<void> {
    co_await client.say(format_text_frame(predict(7, "brain"), true));
    const std::string heard = co_await client.hear_until("}}");
    EXPECT_NE(heard.find(R"({"type":"channelError","channelId":7,"error":{"title":"brain is away: )"), heard.npos);
    co_await client.say(format_text_frame(R"({"type":"keepAlive"})", true));
    const std::string first = co_await server.hear_until("keepAlive\"}");
    EXPECT_EQ(first.find("predict"), first.npos);
  });
}

}  // namespace
}  // namespace malin::testing
