// GET /v1/events.
#include <deque>

#include "api/face.hpp"

namespace malin::api {
namespace {

using malin::testing::Answer;
using malin::testing::GreenFace;
using malin::testing::run;
using net::StreamEvent;

std::vector<StreamEvent> parse(const std::string& body) {
  net::EventParser parser;
  return parser.feed(body).value();
}

std::vector<std::string> ids_of(const std::vector<StreamEvent>& events) {
  std::vector<std::string> ids;
  for (const StreamEvent& event : events)
    if (event.event == "timeline") ids.push_back(event.id);
  return ids;
}

struct Events : GreenFace {
  static Task<void> open(net::HttpClient& client, net::HttpRequest request, std::unique_ptr<net::HttpStream>& stream) {
    auto opened = co_await client.open(std::move(request), std::chrono::seconds(5));
    if (!opened) throw std::runtime_error(opened.error().message);
    stream = std::move(*opened);
  }
  static Task<void> read(net::HttpStream& stream, net::EventParser& parser, std::deque<StreamEvent>& events) {
    const Result<std::string> bytes = co_await stream.read_some(std::chrono::seconds(5));
    if (!bytes) throw std::runtime_error(bytes.error().message);
    if (bytes->empty()) throw std::runtime_error("the stream ended");
    auto parsed = parser.feed(*bytes).value();
    for (StreamEvent& event : parsed) events.push_back(std::move(event));
  }
  void open(const std::string& target, const std::string& last_id = "") {
    net::HttpRequest request("GET", target);
    if (!last_id.empty()) request.headers.add("Last-Event-ID", last_id);
    run(home.io, open(*client, std::move(request), stream));
  }
  // The next one with this name; others are left out.
  StreamEvent next(std::string_view name) {
    for (;;) {
      while (heard.empty()) run(home.io, read(*stream, parser, heard));
      StreamEvent event = std::move(heard.front());
      heard.pop_front();
      if (event.event == name) return event;
    }
  }
  std::int64_t newest() const { return home.controller->situation().ledger.last_event; }

  std::unique_ptr<net::HttpStream> stream;
  net::EventParser parser;
  std::deque<StreamEvent> heard;
};

TEST_F(Events, end_with_what_there_is_when_nobody_wants_to_follow) {
  const Answer answer = get("/v1/events?follow=false");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.type(), "text/event-stream");
  const auto events = parse(answer.body);
  ASSERT_GE(events.size(), 2u);
  EXPECT_EQ(events[0].event, "status");
  EXPECT_NE(events[0].data.find("\"glow\":\"green\""), std::string::npos) << events[0].data;
  EXPECT_EQ(std::ssize(ids_of(events)), newest());
  const auto first = std::ranges::find(events, "timeline", &StreamEvent::event);
  const auto row = net::parse_json(first->data).value();
  EXPECT_EQ(net::find_int(row, "id"), 1);
  for (const char* member : {"at", "kind", "subject", "text"}) EXPECT_TRUE(net::find_string(row, member)) << member;
}

TEST_F(Events, go_on_after_a_place) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  const std::int64_t last = newest();
  const auto after = ids_of(parse(get("/v1/events?follow=false&after=" + std::to_string(last - 3)).body));
  const std::vector<std::string> three{std::to_string(last - 2), std::to_string(last - 1), std::to_string(last)};
  EXPECT_EQ(after, three);
  net::HttpRequest request("GET", "/v1/events?follow=false&after=1");
  request.headers.add("Last-Event-ID", std::to_string(last - 3));
  EXPECT_EQ(ids_of(parse(send(request).body)), three);
  EXPECT_EQ(ids_of(parse(get("/v1/events?follow=false&limit=3").body)), three);
  EXPECT_EQ(ids_of(parse(get("/v1/events?follow=false&after=0&limit=2").body)), (std::vector<std::string>{"1", "2"}));
  // The place of another ledger.
  EXPECT_EQ(ids_of(parse(get("/v1/events?follow=false&limit=3&after=999999").body)), three);
  EXPECT_EQ(get("/v1/events?after=x").status, 400u);
  EXPECT_EQ(get("/v1/events?limit=-1").status, 400u);
}

TEST_F(Events, come_as_they_happen_and_nothing_is_missed_over_a_broken_connection) {
  open("/v1/events?limit=0");
  EXPECT_FALSE(next("status").data.empty());
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  const StreamEvent first = next("timeline");
  EXPECT_NE(first.data.find("a selfie is queued"), std::string::npos);
  stream.reset();
  parser = {};
  heard.clear();
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"video","prompt":"x"})").status, 201u);
  open("/v1/events", first.id);
  const StreamEvent missed = next("timeline");
  EXPECT_EQ(missed.id, std::to_string(std::stoll(first.id) + 1));
  EXPECT_NE(missed.data.find("a video is queued"), std::string::npos);
}

TEST_F(Events, say_how_everyone_stands_whenever_that_changes_and_not_otherwise) {
  open("/v1/events?limit=0");
  const auto glow_of_next = [this] { return *net::find_string(net::parse_json(next("status").data).value(), "glow"); };
  EXPECT_EQ(glow_of_next(), "green");
  home.pass(std::chrono::seconds(10));  // Looks come and go, and nothing changes.
  home.engine.drop("brain");
  ASSERT_TRUE(home.run_until([&] { return home.glow() == Glow::red; }));
  ASSERT_TRUE(home.run_until_green());
  std::vector<std::string> glows{glow_of_next()};
  while (glows.back() != "green") glows.push_back(glow_of_next());
  EXPECT_EQ(glows.front(), "red");
  EXPECT_LE(glows.size(), 5u);
}

Task<void> read_bytes(net::HttpStream& stream, std::string& bytes, std::string_view until) {
  while (!bytes.contains(until)) {
    const Result<std::string> more = co_await stream.read_some(std::chrono::seconds(5));
    if (!more) throw std::runtime_error(more.error().message);
    bytes += *more;
  }
}

TEST_F(Events, a_quiet_stream_is_kept_alive) {
  open("/v1/events?limit=0");
  next("status");
  home.pass(std::chrono::seconds(16));
  std::string bytes;
  run(home.io, read_bytes(*stream, bytes, ": still here\n\n"));
  EXPECT_FALSE(bytes.contains("data:")) << bytes;
}

TEST_F(Events, end_in_order_when_the_daemon_stops) {
  open("/v1/events?limit=0");
  next("status");
  home.controller->stop();
  EXPECT_THROW(next("nothing"), std::runtime_error);
}

// Many rows for a client that reads nothing: its pace sets how much is read from the store.
TEST_F(Events, are_not_piled_up_for_a_client_that_does_not_read) {
  for (int i = 0; i < 200'000; ++i) {
    Event event;
    event.id = std::ssize(home.store.timeline) + 1;
    event.kind = "job";
    event.text = std::string(200, 'x');
    home.store.timeline.push_back(event);
  }
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);  // The ledger catches up.
  open("/v1/events?after=0");
  home.settle();
  const int calls = home.store.calls("events");
  malin::testing::run_until(home.io, [] { return false; }, std::chrono::milliseconds(200));
  EXPECT_LT(home.store.calls("events"), 1000) << "of 2000 that all rows take";
  EXPECT_LE(calls, home.store.calls("events"));
  EXPECT_EQ(get("/v1/glow").status, 200u);
}

TEST_F(Events, can_be_asked_for_without_a_body) {
  const Answer answer = ask("HEAD", "/v1/events");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.type(), "text/event-stream");
}

}  // namespace
}  // namespace malin::api
