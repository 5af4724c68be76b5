#include "adapters/telegram/telegram.hpp"

#include <deque>
#include <filesystem>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_server.hpp"
#include "net/multipart.hpp"
#include "net/run.hpp"

namespace malin::adapters {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kToken = "4242:AAsecret_secret-secret";
constexpr const char* kSent = R"({"ok":true,"result":{"message_id":77,"chat":{"id":42}}})";

net::HttpResponse json_answer(unsigned status, std::string body) {
  return {status, "application/json", std::move(body)};
}

net::HttpResponse refusal(unsigned status, const std::string& words, const std::string& more = "") {
  return json_answer(status, R"({"ok":false,"error_code":)" + std::to_string(status) + R"(,"description":")" + words +
                                 "\"" + more + "}");
}

// A Bot API server that answers what the test has laid out, in order, and keeps what it was asked.
class Peer {
 public:
  explicit Peer(boost::asio::io_context& io)
      : server_(io.get_executor(), [this](net::Exchange& exchange) { return answer(exchange); }) {
    port_ = server_.listen("127.0.0.1", 0).value();
  }
  std::string root() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void stop() { server_.stop(); }

  std::deque<net::HttpResponse> answers;
  std::vector<net::HttpRequest> asked;

 private:
  Task<void> answer(net::Exchange& exchange) {
    asked.push_back(exchange.request());
    if (answers.empty()) {
      exchange.abort();
      co_return;
    }
    net::HttpResponse next = std::move(answers.front());
    answers.pop_front();
    [[maybe_unused]] const Result<void> sent = co_await exchange.respond(std::move(next));
  }

  net::HttpServer server_;
  std::uint16_t port_ = 0;
};

template <class T>
Task<void> keep(Task<Result<T>> task, Result<T>& result) {
  result = co_await std::move(task);
}

class TelegramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "malin-telegram-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    connect({});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void connect(TelegramOptions options) {
    options.api_root = peer_.root();
    options.token = kToken;
    options.chat_id = "42";
    courier_ = Telegram::make(io_.get_executor(), std::move(options)).value();
  }
  template <class T>
  Result<T> run(Task<Result<T>> task) {
    Result<T> result = fail(Errc::timeout, "did not end");
    testing::run(io_, keep(std::move(task), result));
    return result;
  }
  // Announces into the laid out answer and returns the error.
  Error error_for(net::HttpResponse answer) {
    peer_.answers.push_back(std::move(answer));
    const Result<MessageId> result = run(courier_->announce("hello", {}));
    EXPECT_FALSE(result);
    return result ? Error{} : result.error();
  }
  std::string file(const std::string& name, std::size_t size) {
    std::ofstream(folder_ / name) << std::string(size, 'x');
    return folder_ / name;
  }
  DeliveryOrder photo(std::optional<MessageId> status, std::size_t size = 1000) {
    DeliveryOrder order;
    order.status = status;
    order.media.type = MediaType::photo;
    order.media.path = file("selfie.png", size);
    order.caption = "there you go";
    return order;
  }
  DeliveryOrder video(std::optional<MessageId> status) {
    DeliveryOrder order;
    order.status = status;
    order.media.type = MediaType::video;
    order.media.path = file("clip.mp4", 3000);
    order.media.thumbnail = file("clip.thumb.jpg", 500);
    order.media.width = 640;
    order.media.height = 360;
    order.media.duration = 5100ms;
    return order;
  }
  // The method of the call: its target without the bot.
  std::string method(std::size_t call) const {
    const std::string& target = peer_.asked.at(call).target;
    return target.substr(target.rfind('/') + 1);
  }
  std::map<std::string, net::Part> parts(std::size_t call) const {
    const net::HttpRequest& request = peer_.asked.at(call);
    std::map<std::string, net::Part> result;
    auto parts = net::parse_multipart(request.headers.get("Content-Type"), request.body).value();
    for (net::Part& part : parts) { result[part.name] = part; }
    return result;
  }
  net::json::value media_of(std::size_t call) const { return net::parse_json(parts(call).at("media").data).value(); }

  boost::asio::io_context io_;
  Peer peer_{io_};
  std::filesystem::path folder_;
  std::unique_ptr<Telegram> courier_;
};

TEST_F(TelegramTest, announces_amends_and_says_who_it_is) {
  peer_.answers = {json_answer(200, R"({"ok":true,"result":{"id":1,"is_bot":true,"username":"malin_bot"}})"),
                   json_answer(200, kSent), json_answer(200, kSent), json_answer(200, R"({"ok":true,"result":true})")};
  EXPECT_EQ(run(courier_->probe()), "@malin_bot");
  EXPECT_EQ(run(courier_->announce("taking <b>your</b> photo", {})), 77);
  EXPECT_TRUE(run(courier_->amend(77, "nearly", {{"Cancel", "cancel j-1"}})));
  EXPECT_TRUE(run(courier_->show_activity(MediaType::photo)));
  EXPECT_EQ(peer_.asked[0].target, std::string("/bot") + kToken + "/getMe");
  const net::json::value sent = net::parse_json(peer_.asked[1].body).value();
  EXPECT_EQ(sent, net::parse_json(R"({"chat_id":"42","text":"taking <b>your</b> photo"})").value());
  EXPECT_EQ(method(2), "editMessageText");
  EXPECT_EQ(net::find_int(net::parse_json(peer_.asked[2].body).value(), "message_id"), 77);
  EXPECT_THAT(peer_.asked[2].body,
              HasSubstr(R"("reply_markup":{"inline_keyboard":[[{"text":"Cancel","callback_data":"cancel j-1"}]]})"));
  EXPECT_EQ(net::find_string(net::parse_json(peer_.asked[3].body).value(), "action"), "upload_photo");
}

TEST_F(TelegramTest, the_status_message_becomes_the_photo) {
  peer_.answers = {json_answer(200, kSent)};
  EXPECT_EQ(run(courier_->deliver(photo(77))), 77);
  EXPECT_EQ(method(0), "editMessageMedia");
  const auto sent = parts(0);
  EXPECT_EQ(sent.at("chat_id").data, "42");
  EXPECT_EQ(sent.at("message_id").data, "77");
  EXPECT_EQ(media_of(0),
            net::parse_json(R"({"type":"photo","media":"attach://media_file","caption":"there you go"})").value());
  EXPECT_EQ(sent.at("media_file").filename, "selfie.png");
  EXPECT_EQ(sent.at("media_file").content_type, "image/png");
  EXPECT_EQ(sent.at("media_file").data, std::string(1000, 'x'));
}

TEST_F(TelegramTest, a_video_says_how_it_plays_and_brings_its_thumbnail) {
  peer_.answers = {json_answer(200, kSent)};
  EXPECT_EQ(run(courier_->deliver(video(77))), 77);
  EXPECT_EQ(media_of(0), net::parse_json(R"({"type":"video","media":"attach://media_file","width":640,"height":360,
      "duration":5,"supports_streaming":true,"thumbnail":"attach://thumbnail"})")
                             .value());
  EXPECT_EQ(parts(0).at("thumbnail").data, std::string(500, 'x'));
}

TEST_F(TelegramTest, an_edit_that_changes_nothing_has_happened) {
  const std::string words = "Bad Request: message is not modified: specified new message content and reply markup are ";
  peer_.answers = {refusal(400, words), refusal(400, words)};
  EXPECT_EQ(run(courier_->deliver(photo(77))), 77);
  EXPECT_TRUE(run(courier_->amend(77, "same", {})));
}

TEST_F(TelegramTest, without_a_status_or_on_request_a_new_message_is_sent_and_the_status_goes) {
  peer_.answers = {json_answer(200, kSent)};
  EXPECT_EQ(run(courier_->deliver(photo(std::nullopt))), 77);
  EXPECT_EQ(method(0), "sendPhoto");
  EXPECT_EQ(parts(0).at("caption").data, "there you go");
  EXPECT_EQ(parts(0).at("photo").filename, "selfie.png");

  TelegramOptions again;
  again.notify_again = true;
  connect(again);
  peer_.answers = {json_answer(200, kSent), json_answer(200, R"({"ok":true,"result":true})")};
  EXPECT_EQ(run(courier_->deliver(video(12))), 77);
  EXPECT_EQ(method(1), "sendVideo");
  EXPECT_EQ(parts(1).at("duration").data, "5");
  EXPECT_EQ(parts(1).at("supports_streaming").data, "true");
  EXPECT_EQ(method(2), "deleteMessage");
  EXPECT_EQ(net::find_int(net::parse_json(peer_.asked[2].body).value(), "message_id"), 12);

  peer_.answers = {json_answer(200, kSent), refusal(400, "Bad Request: message can't be deleted")};
  EXPECT_EQ(run(courier_->deliver(photo(12))), 77);
}

TEST_F(TelegramTest, too_many_requests_mean_silence) {
  EXPECT_EQ(courier_->silence(), Duration::zero());
  const Error parameter =
      error_for(refusal(429, "Too Many Requests: retry after 3", R"(,"parameters":{"retry_after":3})"));
  EXPECT_EQ(parameter.code, Errc::unreachable);
  EXPECT_THAT(parameter.message, HasSubstr("wants 3"));
  EXPECT_GT(courier_->silence(), 2s);
  EXPECT_LE(courier_->silence(), 3s);
  EXPECT_EQ(run(courier_->show_activity(MediaType::video)).error().code, Errc::unreachable);
  EXPECT_EQ(peer_.asked.size(), 1u);

  net::HttpResponse page(429, "text/html", "<html>slow down</html>");
  page.headers.set("Retry-After", "40");
  EXPECT_EQ(error_for(page).code, Errc::unreachable);
  EXPECT_GT(courier_->silence(), 35s);
}

TEST_F(TelegramTest, an_answer_without_a_message_is_a_bad_reply) {
  EXPECT_EQ(error_for(json_answer(200, R"({"ok":true,"result":{}})")).code, Errc::bad_reply);
}

TEST_F(TelegramTest, a_lost_answer_may_have_arrived_and_nobody_there_has_not) {
  const Result<MessageId> lost = run(courier_->announce("hello", {}));  // The peer hangs up on the request.
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::timeout);
  peer_.stop();
  const Result<MessageId> alone = run(courier_->announce("hello", {}));
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, Errc::unreachable);
  EXPECT_THAT(alone.error().message, Not(HasSubstr("AAsecret")));
}

TEST_F(TelegramTest, a_photo_that_does_not_fit_goes_as_a_document) {
  peer_.answers = {json_answer(200, kSent)};
  EXPECT_TRUE(run(courier_->deliver(photo(77, 10'000'001))));
  EXPECT_EQ(net::find_string(media_of(0), "type"), "document");

  peer_.answers = {refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"), json_answer(200, kSent)};
  EXPECT_TRUE(run(courier_->deliver(photo(77))));
  EXPECT_EQ(net::find_string(media_of(1), "type"), "photo");
  EXPECT_EQ(net::find_string(media_of(2), "type"), "document");

  peer_.answers = {refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
                   refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"), json_answer(200, kSent)};
  const Result<MessageId> never = run(courier_->deliver(photo(std::nullopt)));
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, Errc::refused);
  EXPECT_EQ(method(4), "sendDocument");
}

TEST_F(TelegramTest, a_file_that_is_too_large_is_kept_and_named) {
  DeliveryOrder order = photo(77);
  std::filesystem::resize_file(order.media.path, 50'000'001);
  const Result<MessageId> result = run(courier_->deliver(order));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (Error{Errc::refused, "larger than Telegram takes (50 MB); kept at " + order.media.path}));
  EXPECT_TRUE(peer_.asked.empty());

  peer_.answers = {net::HttpResponse(413, "text/html", "<html>too large</html>")};
  EXPECT_EQ(run(courier_->deliver(photo(77))).error(), result.error());

  std::filesystem::remove(order.media.path);
  EXPECT_EQ(run(courier_->deliver(order)).error().code, Errc::refused);
}

TEST_F(TelegramTest, the_token_is_in_no_error) {
  const std::string token = kToken;
  const std::string secret = token.substr(token.find(':') + 1);
  for (const unsigned status : {400u, 401u, 404u, 409u, 500u, 502u}) {
    const Error error = error_for(refusal(status, "no method at /bot" + token + "/x or /bot4242%3A" + secret));
    EXPECT_THAT(error.message, AllOf(Not(HasSubstr(secret)), HasSubstr("<token>"))) << status;
  }
  TelegramOptions options;
  options.token = "4242:AAsecret\n";
  const auto refused = Telegram::make(io_.get_executor(), options);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("AAsecret")));
  options.token = token;
  options.api_root = "https://user:" + token + "@api.telegram.org";
  const auto bad_root = Telegram::make(io_.get_executor(), options);
  ASSERT_FALSE(bad_root);
  EXPECT_THAT(bad_root.error().message, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace malin::adapters
