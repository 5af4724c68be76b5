// Tags in answers: they become jobs and go from what the client sees; all else stays as it came, byte for byte.
#include <random>

#include "api/proxy/answer_editor.hpp"
#include "api/proxy/body.hpp"
#include "api/proxy/fixture.hpp"
#include "api/proxy/json_walk.hpp"
#include "api/proxy/piece_editor.hpp"

namespace malin::testing {
namespace {

using namespace api::proxy;

const FakeHouse house;

struct Edited {
  std::string text;
  std::vector<std::string> asked;

  bool operator==(const Edited&) const = default;
};

// Fed in pieces of `step` bytes; 0: at once.
Edited edit(AnswerEditor& editor, std::string_view data, std::size_t step) {
  Edited edited;
  const auto take = [&] {
    for (const TagRequest& request : editor.take_requests())
      edited.asked.push_back(request.kind + ": " + request.prompt);
  };
  while (!data.empty()) {
    const std::size_t length = std::min(data.size(), step == 0 ? data.size() : step);
    editor.feed(data.substr(0, length), edited.text);
    take();
    data.remove_prefix(length);
  }
  editor.finish(edited.text);
  take();
  return edited;
}

Edited edit_stream(Dialect dialect, const std::string& stream, std::size_t step = 0) {
  return edit(*make_event_editor(dialect, house.kinds()), stream, step);
}

Edited edit_whole(Dialect dialect, const std::string& body) {
  return edit(*make_whole_editor(dialect, house.kinds()), body, 0);
}

std::string chunk(const std::string& content) {
  return R"(data: {"id":"c","choices":[{"index":0,"delta":{"content":")" + content +
         "\"},\"finish_reason\":null}]}\n\n";
}

const std::string end_of_chat =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

// What a client would put together.
std::string words_of(Dialect dialect, const std::string& stream) {
  std::string words;
  for (std::size_t at = stream.find("data: "); at != stream.npos; at = stream.find("data: ", at + 1)) {
    const std::string data = stream.substr(at + 6, stream.find('\n', at) - at - 6);
    for (const ReplyText& text : find_texts(dialect, true, data))
      if (!text.is_whole) words += data.substr(text.begin, text.end - text.begin);
  }
  return unescape(words);
}

TEST(ProxyTagsTest, a_stream_without_tags_stays_as_it_is) {
  const std::string stream = ": hello\n\n" + chunk("Hi \\u00e4 \\\"you\\\" [1] ") + chunk("[SELF") + ": ping\n\n" +
                             chunk("ISH] [") + chunk("SELFIE") + chunk("] [VIDEO: no end") + end_of_chat;
  for (std::size_t step = 0; step < 40; ++step)
    EXPECT_EQ(edit_stream(Dialect::chat, stream, step), (Edited{stream, {}})) << step;
}

TEST(ProxyTagsTest, events_without_a_bracket_are_not_held_back) {
  const auto editor = make_event_editor(Dialect::chat, house.kinds());
  for (const std::string& event : {chunk("Hello"), chunk(" there,"), chunk("\\n\\n"), chunk(" you")}) {
    std::string out;
    editor->feed(event, out);
    EXPECT_EQ(out, event);
  }
}

TEST(ProxyTagsTest, a_tag_goes_from_the_stream) {
  const std::string stream =
      chunk("Sure! [SEL") + chunk("FIE: a \\\"red\\\" ") + chunk("hat] Bye") + chunk("!") + end_of_chat;
  for (std::size_t step = 0; step < 40; ++step) {
    const Edited edited = edit_stream(Dialect::chat, stream, step);
    EXPECT_EQ(edited.text, chunk("Sure! ") + chunk("") + chunk("Bye") + chunk("!") + end_of_chat);
    EXPECT_EQ(edited.asked, (std::vector<std::string>{"selfie: a \"red\" hat"}));
  }
}

TEST(ProxyTagsTest, letters_may_be_cut_in_two) {
  // A letter beyond 16 bits comes as two escapes, in two events; and a raw one in two reads.
  const std::string stream = chunk("[SELFIE: \\ud83d") + chunk("\\ude00]x \\ud83d") + chunk("\\ude00 [VIDEO: ä]");
  for (std::size_t step = 0; step < 20; ++step) {
    const Edited edited = edit_stream(Dialect::chat, stream, step);
    EXPECT_EQ(edited.asked, (std::vector<std::string>{"selfie: \xf0\x9f\x98\x80", "video: ä"}));
    EXPECT_EQ(edited.text, chunk("") + chunk("x \\ud83d") + chunk("\\ude00 "));
  }
}

TEST(ProxyTagsTest, other_parts_are_not_read) {
  const std::string tool =
      "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"[SELFIE: x]\",\"tool_calls\":[{\"function\":{"
      "\"arguments\":\"[SELFIE: y]\"}}]}}]}\n\n";
  EXPECT_EQ(edit_stream(Dialect::chat, tool), (Edited{tool, {}}));
  const std::string thinking =
      "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"text\":\"[SELFIE: "
      "x]\"}}\n\n";
  EXPECT_EQ(edit_stream(Dialect::messages, thinking), (Edited{thinking, {}}));
  const std::string arguments =
      "data: {\"type\":\"response.function_call_arguments.delta\",\"delta\":\"[SELFIE: x]\"}\n\n";
  EXPECT_EQ(edit_stream(Dialect::responses, arguments), (Edited{arguments, {}}));
}

TEST(ProxyTagsTest, several_choices_are_told_apart) {
  const auto choice = [](int index, const std::string& content) {
    return "data: {\"choices\":[{\"index\":" + std::to_string(index) + ",\"delta\":{\"content\":\"" + content +
           "\"}}]}\n\n";
  };
  const Edited edited = edit_stream(Dialect::chat, choice(0, "a [SELFIE: ") + choice(1, "b [VIDEO: ") +
                                                       choice(0, "x]") + choice(1, "y]") + end_of_chat);
  EXPECT_EQ(edited.asked, (std::vector<std::string>{"selfie: x", "video: y"}));
  EXPECT_EQ(edited.text, choice(0, "a ") + choice(1, "b ") + choice(0, "") + choice(1, "") + end_of_chat);
}

TEST(ProxyTagsTest, all_dialects_are_known) {
  const std::string delta =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
      "\"delta\":{\"type\":\"text_delta\",\"text\":\"a[SELFIE: x]\"}}\n\n";
  EXPECT_EQ(edit_stream(Dialect::messages, delta).asked.size(), 1U);
  const std::string v1 = "event: message.delta\ndata: {\"type\":\"message.delta\",\"content\":\"a[SELFIE: x]\"}\n\n";
  const std::string v1_end =
      "data: {\"type\":\"chat.end\",\"result\":{\"output\":[{\"type\":\"message\",\"content\":"
      "\"a[SELFIE: x]\"}]}}\n\n";
  const Edited chat_v1 = edit_stream(Dialect::lmstudio, v1 + v1_end);
  EXPECT_EQ(chat_v1.asked.size(), 1U);  // The whole at the end asks for nothing new.
  EXPECT_EQ(chat_v1.text.find("SELFIE"), chat_v1.text.npos);
  const std::string responses =
      "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"a[SELFIE: x]\"}\n\n"
      "data: {\"type\":\"response.output_text.done\",\"text\":\"a[SELFIE: x]\"}\n\n"
      "data: "
      "{\"type\":\"response.completed\",\"response\":{\"output\":[{\"content\":[{\"type\":\"output_text\",\"text\":"
      "\"a[SELFIE: x]\"}]}]}}\n\n";
  const Edited edited = edit_stream(Dialect::responses, responses);
  EXPECT_EQ(edited.asked.size(), 1U);
  EXPECT_EQ(edited.text.find("SELFIE"), edited.text.npos);
  EXPECT_EQ(edit_stream(Dialect::text, "data: {\"choices\":[{\"text\":\"[VIDEO: x]\"}]}\n\n").asked.size(), 1U);
}

TEST(ProxyTagsTest, a_whole_answer_is_read_too) {
  const std::string before = R"({ "choices": [ {"message": {"role":"assistant","content":"Hi )";
  const std::string after = R"(!"}} ], "usage":{"n":1.0} })";
  EXPECT_EQ(edit_whole(Dialect::chat, before + R"([SELFIE: a\nb] you)" + after),
            (Edited{before + "you" + after, {"selfie: a\nb"}}));
  EXPECT_EQ(edit_whole(Dialect::chat, before + after), (Edited{before + after, {}}));
  EXPECT_EQ(edit_whole(Dialect::chat, "not json [SELFIE: x]"), (Edited{"not json [SELFIE: x]", {}}));
}

TEST(ProxyTagsTest, what_is_held_back_has_a_limit) {
  std::string stream = chunk("[SELFIE: ");
  for (int i = 0; i < 100; ++i) stream += chunk("word ");
  const auto editor = make_event_editor(Dialect::chat, house.kinds());
  std::string out;
  editor->feed(stream, out);
  EXPECT_GT(out.size(), stream.size() / 2);
  const std::string long_event = "data: {\"x\":\"" + std::string(1 << 20, 'y') + "\"}\n\n";
  EXPECT_EQ(edit_stream(Dialect::chat, long_event + chunk("a"), 4096), (Edited{long_event + chunk("a"), {}}));
}

TEST(ProxyTagsTest, any_split_of_any_stream_gives_the_same) {
  const std::vector<std::string> words = {"[", "]",    "SELFIE",  "VIDEO:", "[SELFIE: a]", "[VIDEO: b",
                                          " ", "\\n",  "\\u005b", "x",      "\\ud83d",     "\\ude00",
                                          "ä", "\\\"", "hello",   ""};
  std::mt19937_64 dice(11);
  const auto roll = [&](std::size_t sides) { return std::uniform_int_distribution<std::size_t>(0, sides - 1)(dice); };
  for (int round = 0; round < 3000; ++round) {
    std::string stream;
    std::string raw;
    for (std::size_t events = 1 + roll(8); events > 0; --events) {
      std::string content;
      for (std::size_t i = roll(4); i > 0; --i) content += words[roll(words.size())];
      raw += content;
      stream += roll(9) == 0 ? std::string(": ping\n\n") : std::string();
      stream += chunk(content);
    }
    stream += end_of_chat;
    const Edited whole = edit_stream(Dialect::chat, stream, 0);
    ASSERT_EQ(edit_stream(Dialect::chat, stream, 1 + roll(60)), whole) << stream;
    // And it is what the cutter makes of the words.
    TagCutter cutter(house.kinds(), 264);
    const std::string spoken = words_of(Dialect::chat, stream);
    cutter.feed(spoken);
    cutter.finish();
    EXPECT_EQ(cutter.take_requests().size(), whole.asked.size()) << stream;
    if (whole.asked.empty()) EXPECT_EQ(whole.text, stream);
  }
}

class ProxyCutTest : public ProxyFixture {};

TEST_F(ProxyCutTest, tags_go_on_their_way_through) {
  talk([](ProxyCutTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}");
    Wire server = co_await test.server();
    const std::string asked = co_await server.hear_until("{}");
    EXPECT_EQ(asked.find("gzip"), asked.npos);
    co_await server.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto in_chunk = [](const std::string& text) { return chunk_line(text.size()) + text + "\r\n"; };
    co_await server.say(in_chunk(chunk("Hi")));
    co_await client.hear_until(in_chunk(chunk("Hi")));
    co_await server.say(in_chunk(chunk(" [SELFIE: x")));
    co_await server.say(in_chunk(chunk("]")) + in_chunk("data: [DONE]\n\n") + "0\r\n\r\n");
    const std::string rest = co_await client.hear_until("0\r\n\r\n");
    EXPECT_EQ(rest.find("SELFIE"), rest.npos);
    EXPECT_NE(rest.find("data: [DONE]\n\n"), rest.npos);
    EXPECT_EQ(test.house_.asked, (std::vector<std::string>{"selfie: x"}));
  }(*this));
}

TEST_F(ProxyCutTest, a_whole_answer_gets_its_new_length) {
  talk([](ProxyCutTest& test) -> Task<void> {
    Wire client = co_await test.client();
    for (const std::string content : {"Hi [SELFIE: x]", "Hi "}) {
      co_await client.say(post("/v1/chat/completions", "{}"));
      Wire server = co_await test.server();
      co_await server.hear_until("{}");
      const std::string body = R"({"choices":[{"message":{"content":")" + content + "\"}}]}";
      co_await server.say(
          "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body);
      const std::string heard = co_await client.hear_until("]}");
      EXPECT_NE(heard.find("Content-Length: 43\r\n"), heard.npos) << heard;
      EXPECT_TRUE(heard.ends_with("\r\n\r\n" + std::string(R"({"choices":[{"message":{"content":"Hi "}}]})")));
    }
    EXPECT_EQ(test.house_.asked.size(), 1U);
  }(*this));
}

TEST_F(ProxyCutTest, with_tags_left_in_everything_stays) {
  ProxyOptions options;
  options.cuts_tags = false;
  open(options);
  talk([](ProxyCutTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post("/v1/chat/completions", "{}"));
    Wire server = co_await test.server();
    co_await server.hear_until("{}");
    const std::string said =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n[SELFIE: "
        "x]\r\n0\r\n\r\n";
    co_await server.say(said);
    const std::string heard = co_await client.hear_until("0\r\n\r\n");
    EXPECT_EQ(heard, said);
    EXPECT_TRUE(test.house_.asked.empty());
  }(*this));
}

TEST(ProxyTagsTest, a_glance_at_a_whole_answer_misses_no_tag_however_it_is_written) {
  const auto answer = [](const std::string& content) {
    return R"({"choices":[{"index":0,"message":{"content":")" + content + R"("}}],"list":[1,[2],"x"]})";
  };
  for (const char* bracket : {"[", "\\u005b", "\\u005B"}) {
    for (const char* letter : {"S", "s", "\\u0053"}) {
      const std::string body = answer("here " + std::string(bracket) + letter + "ELFIE: rain]");
      EXPECT_TRUE(may_hold_tags(body, house.kinds())) << body;
      const Edited expected{answer("here "), {"selfie: rain"}};
      EXPECT_EQ(edit_whole(Dialect::chat, body), expected);
    }
  }
  EXPECT_FALSE(may_hold_tags(answer("no [tag] \\u00e9 here"), house.kinds()));
}

}  // namespace
}  // namespace malin::testing
