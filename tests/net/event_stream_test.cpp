#include "net/event_stream.hpp"

#include <gtest/gtest.h>

namespace malin::net {
namespace {

std::string all_data(EventParser& parser, std::string_view bytes) {
  std::string result;
  const auto events = parser.feed(bytes).value();  // Named: g++ 12 ends temporaries of a range too early.
  for (const auto& event : events) result += "[" + event.event + "|" + event.id + "|" + event.data + "]";
  return result;
}

TEST(EventStream, an_event_is_formatted_line_by_line) {
  StreamEvent event;
  event.event = "job";
  event.id = "7";
  event.data = "a\nb\r\nc";
  EXPECT_EQ(format_event(event), "event: job\nid: 7\ndata: a\ndata: b\ndata: c\n\n");
  EXPECT_EQ(format_event(StreamEvent()), "data: \n\n");
}

TEST(EventStream, a_name_cannot_smuggle_in_another_field) {
  StreamEvent event;
  event.event = "a\ndata: x";
  event.data = "y";
  EXPECT_EQ(format_event(event), "event: a\ndata: y\n\n");
}

TEST(EventStream, what_is_formatted_is_parsed_back) {
  for (const char* data : {"", "a", "a\n", "\n", "\n\na", " a", "a:b", "{\"x\":1}"}) {
    StreamEvent event;
    event.data = data;
    event.event = "e";
    EventParser parser;
    const auto events = parser.feed(format_event(event)).value();
    ASSERT_EQ(events.size(), 1u) << data;
    EXPECT_EQ(events[0].data, data);
    EXPECT_EQ(events[0].event, "e");
  }
}

TEST(EventStream, bytes_may_come_in_any_pieces) {
  const std::string text = "\xEF\xBB\xBF: hello\r\ndata: a\r\ndata:b\r\n\r\nevent: x\rdata\r\rid: 3\ndata: c\n\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    EventParser parser;
    std::string result;
    for (std::size_t at = 0; at < text.size(); at += piece) result += all_data(parser, text.substr(at, piece));
    EXPECT_EQ(result, "[||a\nb][x||][|3|c]") << piece;
  }
}

TEST(EventStream, comments_and_unknown_fields_are_no_events) {
  EventParser parser;
  EXPECT_EQ(all_data(parser, ": ping\n\nretry: 5\n\nevent: x\n\nfoo\n\n"), "");
  EXPECT_EQ(all_data(parser, "data: [DONE]\n\n"), "[||[DONE]]");
}

TEST(EventStream, an_unfinished_event_waits) {
  EventParser parser;
  EXPECT_EQ(all_data(parser, "data: a\n"), "");
  EXPECT_EQ(all_data(parser, "\n"), "[||a]");
}

TEST(EventStream, the_id_stays_for_later_events) {
  EventParser parser;
  EXPECT_EQ(all_data(parser, "id: 1\ndata: a\n\ndata: b\n\n"), "[|1|a][|1|b]");
}

TEST(EventStream, an_endless_event_is_refused) {
  EventParser parser;
  EXPECT_FALSE(parser.feed("data: " + std::string(2 << 20, 'a')));
  EventParser lines;
  std::string text;
  for (int i = 0; i < 2048; ++i) text += "data: " + std::string(1024, 'a') + "\n";
  EXPECT_FALSE(lines.feed(text));
}

}  // namespace
}  // namespace malin::net
