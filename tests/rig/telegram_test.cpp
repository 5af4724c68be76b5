#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "net/json.hpp"
#include "net/multipart.hpp"
#include "net/run.hpp"
#include "rig/fast_clock.hpp"
#include "rig/media_maker.hpp"
#include "rig/telegram_face.hpp"

namespace malin::rig {
namespace {

namespace json = boost::json;
using malin::testing::run;

std::string small_png(std::uint64_t seed) {
  world::ComfyPicture picture;
  picture.width = 400;
  picture.height = 300;
  picture.seed = seed;
  return make_png(picture);
}

struct Bench {
  Bench() : card(clock, "card", gibibytes(1)), face(io.get_executor(), clock, card, faults) {
    port = face.listen("127.0.0.1", 0).value_or(0);
  }

  static Task<void> send(boost::asio::io_context& io, std::uint16_t port, net::HttpRequest request,
                         net::HttpResponse& answer) {
    net::Url base;
    base.host = "127.0.0.1";
    base.port = port;
    net::HttpClient client(io.get_executor(), base);
    Result<net::HttpResponse> response = co_await client.send(std::move(request), std::chrono::seconds(10));
    if (response) {
      answer = std::move(*response);
    } else {
      answer.status = 0;
    }
  }

  net::HttpResponse ask(net::HttpRequest request) {
    net::HttpResponse answer;
    run(io, send(io, port, std::move(request), answer));
    return answer;
  }

  net::HttpResponse call(const std::string& method, const json::object& params,
                         const std::string& token = "7425:malin-rig") {
    net::HttpRequest request("POST", "/bot" + token + "/" + method);
    request.headers.set("Content-Type", "application/json");
    request.body = json::serialize(params);
    return ask(std::move(request));
  }

  net::HttpResponse upload(const std::string& method, const std::vector<net::Part>& parts) {
    net::HttpRequest request("POST", "/bot7425:malin-rig/" + method);
    request.headers.set("Content-Type", "multipart/form-data; boundary=malin-boundary");
    request.body = net::format_multipart(parts, "malin-boundary");
    return ask(std::move(request));
  }

  json::value inbox() { return json::parse(ask(net::HttpRequest("GET", "/inbox.json")).body); }

  boost::asio::io_context io{1};
  testing::FastClock clock{20};
  world::CardLedger card;
  world::Faults faults;
  TelegramFace face;
  std::uint16_t port = 0;
};

std::string description(const net::HttpResponse& response) {
  const json::value body = json::parse(response.body);
  return net::find_string(body, "description").value_or("");
}

TEST(TelegramFace, a_status_line_becomes_the_photo_without_a_second_message) {
  Bench bench;
  const json::value sent =
      json::parse(bench.call("sendMessage", {{"chat_id", 42}, {"text", "taking your photo"}}).body);
  EXPECT_EQ(sent.at("result").at("message_id"), 1);
  const std::vector<net::Part> parts = {
      {"chat_id", "", "", "42"},
      {"message_id", "", "", "1"},
      {"media", "", "", R"({"type": "photo", "media": "attach://p", "caption": "here"})"},
      {"p", "p.png", "image/png", small_png(1)}};
  const json::value edited = json::parse(bench.upload("editMessageMedia", parts).body);
  const json::array& sizes = edited.at("result").at("photo").as_array();
  EXPECT_EQ(sizes.back().at("width"), 400);
  EXPECT_LT(sizes.front().at("width").as_int64(), 400);
  EXPECT_TRUE(edited.at("result").as_object().contains("edit_date"));
  const net::HttpResponse again = bench.upload("editMessageMedia", parts);
  EXPECT_EQ(again.status, 400U);
  EXPECT_TRUE(description(again).starts_with("Bad Request: message is not modified"));
  const json::value inbox = bench.inbox();
  EXPECT_EQ(inbox.at("messages").as_array().size(), 1U);
  EXPECT_EQ(inbox.at("messages").at(0).at("type"), "photo");
  EXPECT_EQ(inbox.at("messages").at(0).at("deliveries"), 1);
  EXPECT_EQ(inbox.at("sends"), 1);
}

TEST(TelegramFace, a_video_is_taken_directly_and_by_its_file_id_again) {
  Bench bench;
  const json::value first = json::parse(bench
                                            .upload("sendVideo", {{"chat_id", "", "", "42"},
                                                                  {"duration", "", "", "3"},
                                                                  {"width", "", "", "480"},
                                                                  {"height", "", "", "832"},
                                                                  {"video", "v.mp4", "video/mp4", "not judged"}})
                                            .body);
  const json::value& video = first.at("result").at("video");
  EXPECT_EQ(video.at("duration"), 3);
  EXPECT_EQ(video.at("height"), 832);
  EXPECT_EQ(bench.call("sendVideo", {{"chat_id", "42"}, {"video", video.at("file_id")}}).status, 200U);
  EXPECT_EQ(bench.inbox().at("messages").at(1).at("deliveries"), 2);
  const json::value file = json::parse(bench.call("getFile", {{"file_id", video.at("file_id")}}).body);
  const std::string path(file.at("result").at("file_path").as_string());
  EXPECT_EQ(bench.ask(net::HttpRequest("GET", "/file/bot7425:malin-rig/" + path)).body, "not judged");
}

TEST(TelegramFace, refusals_have_the_real_words) {
  Bench bench;
  EXPECT_EQ(description(bench.call("getMe", {}, "1:wrong")), "Unauthorized");
  EXPECT_EQ(description(bench.call("sendMessage", {{"chat_id", 7}, {"text", "x"}})), "Bad Request: chat not found");
  EXPECT_EQ(description(bench.call("editMessageText", {{"chat_id", 42}, {"message_id", 9}, {"text", "x"}})),
            "Bad Request: message to edit not found");
  EXPECT_EQ(description(bench.call("makeTea", {})), "Not Found: method not found");
  EXPECT_EQ(description(bench.call("sendChatAction", {{"chat_id", 42}, {"action", "dance"}})),
            "Bad Request: wrong parameter action in request");
  bench.faults.set("telegram.blocked", {});
  EXPECT_EQ(bench.call("sendMessage", {{"chat_id", 42}, {"text", "x"}}).status, 403U);
}

TEST(TelegramFace, too_many_requests_say_how_long_to_wait_twice) {
  Bench bench;
  world::FaultSpec once;
  once.times = 1;
  once.amount = 3;
  bench.faults.set("telegram.too_many", once);
  const net::HttpResponse busy = bench.call("sendMessage", {{"chat_id", 42}, {"text", "x"}});
  EXPECT_EQ(busy.status, 429U);
  EXPECT_EQ(busy.headers.get("Retry-After"), "3");
  EXPECT_EQ(json::parse(busy.body).at("parameters").at("retry_after"), 3);
  EXPECT_EQ(bench.call("sendMessage", {{"chat_id", 42}, {"text", "x"}}).status, 200U);
}

TEST(TelegramFace, an_answer_can_be_lost_after_the_message_arrived) {
  Bench bench;
  world::FaultSpec once;
  once.times = 1;
  bench.faults.set("telegram.answer.lost", once);
  EXPECT_EQ(bench.call("sendMessage", {{"chat_id", 42}, {"text", "x"}}).status, 0U);
  EXPECT_EQ(bench.face.telegram().sends(42), 1);
}

TEST(TelegramFace, updates_wait_for_the_person_and_are_confirmed_by_offset) {
  Bench bench;
  EXPECT_EQ(json::parse(bench.call("getUpdates", {{"timeout", 2}}).body).at("result").as_array().size(), 0U);
  bench.face.telegram().say("/status");
  const json::value updates = json::parse(bench.call("getUpdates", {{"timeout", 2}}).body);
  EXPECT_EQ(updates.at("result").at(0).at("message").at("text"), "/status");
  const std::int64_t next = updates.at("result").at(0).at("update_id").as_int64() + 1;
  EXPECT_EQ(json::parse(bench.call("getUpdates", {{"offset", next}}).body).at("result").as_array().size(), 0U);
}

TEST(TelegramFace, a_press_is_an_update_until_it_is_answered_and_an_edit_takes_the_buttons) {
  Bench bench;
  const json::value keyboard =
      json::parse(R"({"inline_keyboard": [[{"text": "Cancel", "callback_data": "cancel j-1"}]]})");
  const net::HttpResponse sent =
      bench.call("sendMessage", {{"chat_id", 42}, {"text", "taking it"}, {"reply_markup", keyboard}});
  EXPECT_EQ(json::parse(sent.body).at("result").at("reply_markup"), keyboard);
  EXPECT_FALSE(bench.face.telegram().press(1, "again j-1"));
  ASSERT_TRUE(bench.face.telegram().press(1, "cancel j-1"));
  const json::value updates = json::parse(bench.call("getUpdates", {}).body);
  const json::value& query = updates.at("result").at(0).at("callback_query");
  EXPECT_EQ(query.at("data"), "cancel j-1");
  EXPECT_EQ(query.at("from").at("id"), 42);
  EXPECT_EQ(query.at("message").at("message_id"), 1);
  EXPECT_EQ(bench.call("answerCallbackQuery", {{"callback_query_id", "1"}}).status, 400U);
  EXPECT_EQ(bench.call("answerCallbackQuery", {{"callback_query_id", query.at("id")}, {"text", "done"}}).status, 200U);
  EXPECT_EQ(bench.inbox().at("presses").at(0).at("answer"), "done");
  bench.call("editMessageText", {{"chat_id", 42}, {"message_id", 1}, {"text", "taking it"}});
  EXPECT_EQ(bench.inbox().at("messages").at(0).at("buttons").as_array().size(), 0U);
  EXPECT_FALSE(bench.face.telegram().press(1, "cancel j-1"));
}

TEST(TelegramFace, while_a_webhook_is_set_nobody_reads) {
  Bench bench;
  bench.call("setWebhook", {{"url", "https://example.org"}});
  const net::HttpResponse refused = bench.call("getUpdates", {});
  EXPECT_EQ(refused.status, 409U);
  EXPECT_TRUE(description(refused).starts_with("Conflict: can't use getUpdates method while webhook is active"));
  bench.call("deleteWebhook", {});
  EXPECT_EQ(bench.call("getUpdates", {}).status, 200U);
}

TEST(TelegramFace, what_is_sent_to_strangers_is_seen_but_not_by_the_person) {
  Bench bench;
  bench.face.telegram().say_as(99, "hello");
  const json::value updates = json::parse(bench.call("getUpdates", {}).body);
  EXPECT_EQ(updates.at("result").at(0).at("message").at("chat").at("id"), 99);
  EXPECT_EQ(bench.call("sendMessage", {{"chat_id", 99}, {"text", "who are you?"}}).status, 200U);
  EXPECT_EQ(bench.face.telegram().sends(99), 1);
  EXPECT_EQ(bench.inbox().at("messages").as_array().size(), 0U);
}

TEST(TelegramFace, media_is_served_in_ranges_for_players) {
  Bench bench;
  bench.upload("sendDocument", {{"chat_id", "", "", "42"}, {"document", "a.mp4", "video/mp4", "0123456789"}});
  const json::value inbox = bench.inbox();
  net::HttpRequest request("GET", std::string(inbox.at("messages").at(0).at("media").at("url").as_string()));
  request.headers.set("Range", "bytes=2-4");
  const net::HttpResponse part = bench.ask(std::move(request));
  EXPECT_EQ(part.status, 206U);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.headers.get("Content-Range"), "bytes 2-4/10");
}

}  // namespace
}  // namespace malin::rig
