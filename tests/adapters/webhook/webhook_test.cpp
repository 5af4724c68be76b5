#include "adapters/webhook/webhook.hpp"

#include <deque>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/webhook/signature.hpp"
#include "control/manual_clock.hpp"
#include "net/http_server.hpp"
#include "net/json.hpp"
#include "net/run.hpp"

namespace malin::adapters {
namespace {

constexpr const char* secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// Answers 204, or what is laid out, in order.
class Receiver {
 public:
  explicit Receiver(boost::asio::io_context& io)
      : server_(io.get_executor(), [this](net::Exchange& exchange) { return answer(exchange); }) {
    port = server_.listen("127.0.0.1", 0).value();
  }
  std::string text(std::size_t i, std::string_view name) const {
    const Result<net::json::value> body = net::parse_json(heard.at(i).body);
    return net::find_string(*net::find(*body, "data"), name).value_or("");
  }
  void stop() { server_.stop(); }

  std::uint16_t port = 0;
  std::deque<unsigned> answers;
  std::vector<net::HttpRequest> heard;

 private:
  Task<void> answer(net::Exchange& exchange) {
    heard.push_back(exchange.request());
    const unsigned status = answers.empty() ? 204 : answers.front();
    if (!answers.empty()) answers.pop_front();
    net::HttpResponse response(status, "", "");
    [[maybe_unused]] const Result<void> sent = co_await exchange.respond(std::move(response));
  }

  net::HttpServer server_;
};

struct WebhookTest : ::testing::Test {
  void start(const std::string& path = "/glow") {
    WebhookOptions options;
    options.url = "http://127.0.0.1:" + std::to_string(receiver.port) + path;
    options.secret = secret;
    options.on_trouble = [this](const Error&) { ++troubles; };
    webhook = Webhook::make(io.get_executor(), clock, std::move(options)).value();
    boost::asio::co_spawn(io, webhook->run(), [this](std::exception_ptr error) {
      has_ended = true;
      if (error) std::rethrow_exception(error);
    });
  }
  void TearDown() override {
    webhook->stop();
    EXPECT_TRUE(testing::run_until(io, [this] { return has_ended; }));
    receiver.stop();
    testing::run_until(io, [] { return false; }, std::chrono::milliseconds(20));
  }
  bool hears(std::size_t count) {
    return testing::run_until(io, [&] { return receiver.heard.size() >= count; });
  }
  // Lets time pass once somebody waits for it.
  bool pass_time() {
    if (!testing::run_until(io, [this] { return clock.next().has_value(); })) return false;
    clock.jump_to(*clock.next());
    return true;
  }

  boost::asio::io_context io;
  testing::ManualClock clock;
  Receiver receiver{io};
  std::unique_ptr<Webhook> webhook;
  int troubles = 0;
  bool has_ended = false;
};

TEST(WebhookSignature, is_the_one_of_the_specification) {
  const std::string key = webhook::parse_secret(secret).value();
  EXPECT_EQ(webhook::sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, a_secret_is_base64_or_any_long_text) {
  EXPECT_EQ(webhook::parse_secret("a text of 16 bytes, or more").value(), "a text of 16 bytes, or more");
  EXPECT_EQ(webhook::parse_secret("whsec_YSB0ZXh0IG9mIDE2IGJ5dGVzLi4=").value(), "a text of 16 bytes..");
  for (const char* bad : {"", "short", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!!!!!!!!!!!!!!!!!!!!!"})
    EXPECT_FALSE(webhook::parse_secret(bad)) << bad;
}

TEST_F(WebhookTest, says_how_she_stands_with_a_signature) {
  start();
  webhook->tell("amber", "vision is away");
  ASSERT_TRUE(hears(1));
  const net::HttpRequest& heard = receiver.heard.front();
  EXPECT_EQ(heard.method, "POST");
  EXPECT_EQ(heard.target, "/glow");
  EXPECT_EQ(receiver.text(0, "glow"), "amber");
  EXPECT_EQ(receiver.text(0, "line"), "vision is away");
  const std::string key = webhook::parse_secret(secret).value();
  const std::string time(heard.headers.get("webhook-timestamp"));
  EXPECT_EQ(heard.headers.get("webhook-signature"),
            webhook::sign(key, heard.headers.get("webhook-id"), std::stoll(time), heard.body));
}

TEST_F(WebhookTest, what_was_not_taken_is_repeated_under_its_name) {
  receiver.answers = {500, 503};
  start();
  webhook->tell("red", "vision is missing");
  ASSERT_TRUE(hears(1));
  ASSERT_TRUE(pass_time());
  ASSERT_TRUE(hears(2));
  ASSERT_TRUE(pass_time());
  ASSERT_TRUE(hears(3));
  EXPECT_EQ(receiver.heard[0].headers.get("webhook-id"), receiver.heard[2].headers.get("webhook-id"));
  EXPECT_EQ(receiver.heard[0].body, receiver.heard[2].body);
  EXPECT_EQ(troubles, 1);
}

TEST_F(WebhookTest, only_the_newest_counts) {
  receiver.answers = {500};
  start();
  webhook->tell("amber", "one");
  ASSERT_TRUE(hears(1));
  ASSERT_TRUE(testing::run_until(io, [this] { return clock.next().has_value(); }));
  webhook->tell("red", "two");
  webhook->tell("green", "three");
  ASSERT_TRUE(hears(2));
  EXPECT_EQ(receiver.text(1, "glow"), "green");
  testing::run_until(io, [] { return false; }, std::chrono::milliseconds(50));
  EXPECT_EQ(receiver.heard.size(), 2U);
}

TEST_F(WebhookTest, an_address_keeps_its_slash) {
  start("/glow/");
  webhook->tell("green", "all here");
  ASSERT_TRUE(hears(1));
  EXPECT_EQ(receiver.heard.front().target, "/glow/");
}

TEST_F(WebhookTest, stopping_waits_for_nobody) {
  receiver.answers = {500};
  start();
  webhook->tell("green", "all here");
  ASSERT_TRUE(hears(1));
}

}  // namespace
}  // namespace malin::adapters
