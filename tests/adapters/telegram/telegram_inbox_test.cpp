// What is heard, from answers as the Bot API writes them (Bot API 10.0), and what is asked for.
#include "adapters/telegram/telegram_inbox.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/telegram/updates.hpp"
#include "net/http_server.hpp"
#include "net/run.hpp"

namespace malin::adapters {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kUpdates = R"([
 {"update_id":730000001,"message":{"message_id":5,"from":{"id":42,"is_bot":false,"first_name":"Jun"},
   "chat":{"id":42,"first_name":"Jun","type":"private"},"date":1790000000,"text":"/selfie at the window",
   "entities":[{"offset":0,"length":7,"type":"bot_command"}]}},
 {"update_id":730000002,"message":{"message_id":6,"from":{"id":99,"is_bot":false,"first_name":"Eve"},
   "chat":{"id":99,"first_name":"Eve","type":"private"},"date":1790000001,"text":"/status"}},
 {"update_id":730000003,"callback_query":{"id":"4382bfdwdsb323b2d9","from":{"id":42,"is_bot":false,"first_name":"Jun"},
   "message":{"message_id":7,"chat":{"id":42,"first_name":"Jun","type":"private"},"date":0},
   "chat_instance":"-1","data":"cancel j-3"}},
 {"update_id":730000004,"callback_query":{"id":"77","from":{"id":99,"is_bot":false,"first_name":"Eve"},
   "message":{"message_id":8,"chat":{"id":99,"type":"private"},"date":1790000002,"text":"x"},"data":"again j-1"}},
 {"update_id":730000005,"callback_query":{"id":"78","from":{"id":99,"is_bot":false,"first_name":"Eve"},
   "inline_message_id":"abc","data":"again j-1"}},
 {"update_id":730000006,"message":{"message_id":9,"chat":{"id":42,"type":"private"},"date":1790000003,
   "photo":[{"file_id":"AgAC","file_unique_id":"AQAD","width":90,"height":90}],"caption":"/selfie no"}},
 {"update_id":730000007,"edited_message":{"message_id":5,"chat":{"id":42,"type":"private"},"date":1,"text":"/selfie"}}
])";

TEST(Updates, the_person_is_told_from_strangers_and_messages_from_presses) {
  const auto heard = telegram::parse_updates(net::json::parse(kUpdates), 42);
  ASSERT_TRUE(heard);
  ASSERT_EQ(heard->size(), 7u);
  EXPECT_EQ(heard->at(0).id, 730000001);
  EXPECT_EQ(heard->at(0).sender, Sender::person);
  EXPECT_EQ(heard->at(0).text, "/selfie at the window");
  EXPECT_EQ(heard->at(1).sender, Sender::stranger);
  EXPECT_EQ(heard->at(1).text, "") << "what strangers say is not passed on";
  EXPECT_EQ(heard->at(2).press, "4382bfdwdsb323b2d9");
  EXPECT_EQ(heard->at(2).data, "cancel j-3");
  EXPECT_EQ(heard->at(3).sender, Sender::stranger);
  EXPECT_EQ(heard->at(3).data, "");
  EXPECT_EQ(heard->at(4).sender, Sender::stranger) << "a press that names no chat";
  EXPECT_EQ(heard->at(5).sender, Sender::person);
  EXPECT_EQ(heard->at(5).text, "") << "a caption is no command";
  EXPECT_EQ(heard->at(6).sender, Sender::nobody);
}

TEST(Updates, what_is_no_list_of_updates_is_a_bad_reply) {
  for (const char* text : {"{}", "true", R"([{"message":{}}])", "[7]"}) {
    const auto heard = telegram::parse_updates(net::json::parse(text), 42);
    ASSERT_FALSE(heard) << text;
    EXPECT_EQ(heard.error().code, Errc::bad_reply);
  }
}

// A Bot API server with one answer for each call.
struct TelegramInboxTest : ::testing::Test {
  TelegramInboxTest()
      : server(io.get_executor(), [this](net::Exchange& exchange) { return answer(exchange); }),
        port(server.listen("127.0.0.1", 0).value()) {
    TelegramInboxOptions options;
    options.api_root = "http://127.0.0.1:" + std::to_string(port);
    options.token = "4242:AAsecret";
    options.chat = 42;
    inbox = TelegramInbox::make(io.get_executor(), std::move(options)).value();
  }
  Task<void> answer(net::Exchange& exchange) {
    asked.push_back(exchange.request());
    net::HttpResponse next = std::move(answers.front());
    answers.pop_front();
    [[maybe_unused]] const Result<void> sent = co_await exchange.respond(std::move(next));
  }
  void lay_out(unsigned status, std::string body) { answers.emplace_back(status, "application/json", std::move(body)); }
  void refuse(unsigned code, const std::string& words) {
    lay_out(code, R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" + words + "\"}");
  }
  template <class T>
  static Task<void> keep(Task<Result<T>> task, Result<T>& result) {
    result = co_await std::move(task);
  }
  template <class T>
  Result<T> run(Task<Result<T>> task) {
    Result<T> result = fail(Errc::timeout, "did not end");
    testing::run(io, keep(std::move(task), result));
    return result;
  }

  boost::asio::io_context io;
  net::HttpServer server;
  std::uint16_t port;
  std::deque<net::HttpResponse> answers;
  std::vector<net::HttpRequest> asked;
  std::unique_ptr<TelegramInbox> inbox;
};

TEST_F(TelegramInboxTest, what_was_heard_before_is_confirmed_by_asking_for_what_follows) {
  lay_out(200, R"({"ok":true,"result":)" + std::string(kUpdates) + "}");
  lay_out(200, R"({"ok":true,"result":[]})");
  EXPECT_EQ(run(inbox->listen(0, 50s))->size(), 7u);
  EXPECT_TRUE(run(inbox->listen(730000008, 0s))->empty());
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].target, "/bot4242:AAsecret/getUpdates");
  EXPECT_EQ(asked[0].body, R"({"limit":20,"timeout":50,"allowed_updates":["message","callback_query"]})");
  EXPECT_EQ(asked[1].body,
            R"({"limit":20,"timeout":0,"allowed_updates":["message","callback_query"],"offset":730000008})");
}

TEST_F(TelegramInboxTest, another_reader_and_a_webhook_are_explained) {
  refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running");
  refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first");
  for (const char* reason : {"another program reads this bot's messages", "a webhook takes this bot's messages"}) {
    const auto heard = run(inbox->listen(0, 0s));
    ASSERT_FALSE(heard);
    EXPECT_EQ(heard.error().code, Errc::refused);
    EXPECT_THAT(heard.error().message, HasSubstr(reason));
    EXPECT_THAT(heard.error().message, HasSubstr("courier.commands = false"));
    EXPECT_THAT(heard.error().message, Not(HasSubstr("secret")));
  }
}

TEST_F(TelegramInboxTest, silence_is_kept_as_long_as_telegram_wants) {
  lay_out(429, R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7",)"
               R"("parameters":{"retry_after":7}})");
  EXPECT_EQ(run(inbox->listen(0, 0s)).error().code, Errc::unreachable);
  EXPECT_GT(inbox->silence(), 6s);
  EXPECT_LE(inbox->silence(), 7s);
}

TEST_F(TelegramInboxTest, a_press_is_answered_and_the_menu_is_for_the_person_alone) {
  lay_out(200, R"({"ok":true,"result":true})");
  lay_out(200, R"({"ok":true,"result":true})");
  EXPECT_TRUE(run(inbox->answer_press("77", std::string(300, 'x'))));
  EXPECT_TRUE(run(inbox->set_menu({{"selfie", "a selfie"}})));
  EXPECT_EQ(asked[0].body, R"({"callback_query_id":"77","text":")" + std::string(199, 'x') + "\u2026\"}");
  EXPECT_EQ(asked[1].body, R"({"commands":[{"command":"selfie","description":"a selfie"}],)"
                           R"("scope":{"type":"chat","chat_id":42}})");
}

}  // namespace
}  // namespace malin::adapters
