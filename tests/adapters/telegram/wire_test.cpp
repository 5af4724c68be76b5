#include "adapters/telegram/wire.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace malin::adapters::telegram {
namespace {

using ::testing::HasSubstr;

net::HttpResponse json_answer(unsigned status, std::string body) {
  return {status, "application/json", std::move(body)};
}

net::HttpResponse refusal(unsigned status, const std::string& words, const std::string& more = "") {
  return json_answer(status, R"({"ok":false,"error_code":)" + std::to_string(status) + R"(,"description":")" + words +
                                 "\"" + more + "}");
}

Error error_for(const net::HttpResponse& answer) {
  const Verdict verdict = judge_answer(answer);
  EXPECT_FALSE(verdict.result);
  EXPECT_TRUE(verdict.error);
  return verdict.error.value_or(Error{});
}

TEST(TelegramWire, refusals_say_what_to_do) {
  const auto expect = [](const net::HttpResponse& answer, Errc code, const std::string& words) {
    const Error error = error_for(answer);
    EXPECT_EQ(error.code, code) << error.message;
    EXPECT_THAT(error.message, HasSubstr(words));
  };
  expect(refusal(401, "Unauthorized"), Errc::refused, "@BotFather");
  expect(refusal(404, "Not Found"), Errc::refused, "@BotFather");
  expect(refusal(403, "Forbidden: bot was blocked by the user"), Errc::refused, "unblock");
  expect(refusal(400, "Bad Request: chat not found"), Errc::refused, "chat_id");
  expect(refusal(400, "Bad Request: group chat was upgraded", R"(,"parameters":{"migrate_to_chat_id":-100123})"),
         Errc::refused, "-100123");
  expect(refusal(400, "Bad Request: message to edit not found"), Errc::not_found, "gone");
  expect(refusal(400, "Bad Request: message can't be edited"), Errc::not_found, "too old");
  expect(refusal(500, "Internal Server Error: restart"), Errc::unreachable, "restart");
}

TEST(TelegramWire, bodies_that_are_no_bot_api_are_survived) {
  const auto page = [](unsigned status, std::string body) {
    return net::HttpResponse(status, "text/html", std::move(body));
  };
  EXPECT_EQ(error_for(page(502, "<html>Bad Gateway</html>")).code, Errc::unreachable);
  EXPECT_EQ(error_for(page(504, "<html>Gateway Time-out</html>")).code, Errc::timeout);
  EXPECT_EQ(error_for(page(200, "<html>Please log in</html>")).code, Errc::bad_reply);
  EXPECT_EQ(error_for(page(404, "<html>nginx</html>")).code, Errc::bad_reply);
  EXPECT_EQ(error_for(json_answer(200, R"({"ok":true,"result":{"mess)")).code, Errc::bad_reply);
  EXPECT_EQ(error_for(json_answer(200, R"({"ok":true})")).code, Errc::bad_reply);
  EXPECT_EQ(error_for(json_answer(400, R"([1,"ok"])")).code, Errc::bad_reply);
}

TEST(TelegramWire, text_is_cut_between_characters_and_counted_as_telegram_counts) {
  EXPECT_EQ(cut_text("short", 5), "short");
  EXPECT_EQ(cut_text("longer", 5), "long\u2026");
  EXPECT_EQ(cut_text("h\u00e4ll\u00f6!", 5), "h\u00e4ll\u2026");
  EXPECT_EQ(cut_text("\U0001F600\U0001F600", 4), "\U0001F600\U0001F600");
  EXPECT_EQ(cut_text("\U0001F600\U0001F600a", 4), "\U0001F600\u2026");
  EXPECT_EQ(cut_text("a\xFF\xE2\x82 b", 10), "a\uFFFD\uFFFD\uFFFD b");
  const std::string long_text(5000, 'a');
  EXPECT_EQ(cut_text(long_text, kTextMax).size(), 4095 + std::string("\u2026").size());
}

}  // namespace
}  // namespace malin::adapters::telegram
