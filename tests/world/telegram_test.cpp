#include "world/telegram.hpp"

#include <gtest/gtest.h>

#include "rig/fast_clock.hpp"

namespace malin::world {
namespace {

struct Bench {
  testing::FastClock clock{1};
  Telegram telegram{clock, TelegramOptions{}};

  std::int64_t say(std::string text) {
    TelegramMessage message;
    message.text = std::move(text);
    return (*telegram.send("42", std::move(message)))->id;
  }
  TelegramMedia photo(std::string bytes) {
    TelegramFile file;
    file.bytes = std::move(bytes);
    return {"photo", telegram.store(std::move(file)), nullptr};
  }
};

TEST(Telegram, every_send_is_a_message_even_when_repeated) {
  Bench bench;
  bench.say("hello");
  bench.say("hello");
  EXPECT_EQ(bench.telegram.messages().size(), 2U);
  EXPECT_EQ(bench.telegram.sends(42), 2);
}

TEST(Telegram, an_edit_makes_no_second_message_and_the_same_edit_is_refused) {
  Bench bench;
  const std::int64_t id = bench.say("taking your photo");
  ASSERT_TRUE(bench.telegram.edit_media("42", id, bench.photo("picture"), "here").has_value());
  const auto again = bench.telegram.edit_media("42", id, bench.photo("picture"), "here");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, 400);
  EXPECT_EQ(bench.telegram.messages().size(), 1U);
  EXPECT_EQ(bench.telegram.message(id)->edits, 1);
  EXPECT_FALSE(bench.telegram.edit_text("42", id, "text again").has_value());
}

TEST(Telegram, a_deleted_message_cannot_be_edited) {
  Bench bench;
  const std::int64_t id = bench.say("hello");
  ASSERT_TRUE(bench.telegram.remove("42", id).has_value());
  EXPECT_EQ(bench.telegram.edit_text("42", id, "x").error().description, "Bad Request: message to edit not found");
}

TEST(Telegram, nothing_reaches_a_person_who_blocked_the_bot) {
  Bench bench;
  bench.telegram.block(true);
  TelegramMessage message;
  message.text = "hello";
  EXPECT_EQ(bench.telegram.send("42", message).error().code, 403);
}

TEST(Telegram, updates_are_forgotten_when_confirmed) {
  Bench bench;
  bench.telegram.say("one");
  bench.telegram.say("two");
  const auto both = bench.telegram.updates(0, 100);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(bench.telegram.updates(both[0].id + 1, 100).size(), 1U);
  EXPECT_EQ(bench.telegram.updates(0, 100).size(), 1U);
}

}  // namespace
}  // namespace malin::world
