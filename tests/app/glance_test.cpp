// What `malin watch` and the demo show, line by line. What is missing in the daemon's JSON must do no harm.
#include "app/glance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/away_today.hpp"
#include "app/client_time.hpp"
#include "app/in_utc.hpp"
#include "app/watch_view.hpp"

namespace malin::app {
namespace {

namespace json = net::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct Glance : InUtc {
  // A selfie is taken, vision is away and voice comes back; a video waits.
  static WatchScene busy() {
    WatchScene scene;
    scene.status = parse(R"json({"glow":"amber","line":"rendering a selfie; vision is away","back_in_s":8.6,
      "senses":[{"name":"brain","state":"ready","why":"","progress":0,"footprint_bytes":20401094656,"away":null},
                {"name":"vision","state":"away","why":"away to make room","progress":0,"footprint_bytes":6442450944,
                 "away":{"window":3,"since":"2026-11-24T03:25:05.000Z","deadline":"2026-11-24T03:35:05.000Z"}},
                {"name":"voice","state":"loading","why":"loading","progress":0.4,"footprint_bytes":3781165056,
                 "away":null}],
      "windows":[{"id":3,"phase":"rendering"}],
      "queue":[{"id":"j-4","kind":"selfie","prompt":"at the window","state":"rendering","waits":"","progress":0.45,
                "estimate_s":8.6},
               {"id":"j-5","kind":"video","prompt":"waving","state":"queued","waits":"a reply is open","progress":0,
                "estimate_s":61.5}],
      "cards":[{"name":"gpu0","total_bytes":34359738368,"free_bytes":536870912,"error":null,
                "parts":[{"kind":"sense","name":"brain","bytes":20401094656},{"kind":"sense","name":"vision","bytes":0},
                         {"kind":"sense","name":"voice","bytes":1512466022},
                         {"kind":"renderer","name":"comfyui","bytes":6442450944},
                         {"kind":"other","name":"desktop","bytes":1073741824},
                         {"kind":"other","name":"","bytes":4393114010},{"kind":"free","name":"","bytes":536870912}]}],
      "engines":[{"name":"lmstudio","error":null}],"renderers":[{"name":"comfyui","error":"no answer in 5 s"}],
      "swap":{"enabled":true,"hold_until":null},"now":"2026-11-24T03:25:17.000Z"})json");
    scene.windows = parse(R"({"windows":[
      {"closed_at":null,"leaves":[{"sense":"vision","since":"2026-11-24T03:25:05.000Z","back_at":null}]},
      {"closed_at":"2026-11-24T00:01:00.000Z",
       "leaves":[{"sense":"vision","since":"2026-11-23T23:59:00.000Z","back_at":"2026-11-24T00:00:30.000Z"},
                 {"sense":"brain","since":"2026-11-23T23:00:00.000Z","back_at":"2026-11-23T23:30:00.000Z"}]}]})");
    scene.events.push_back(parse(R"({"id":8,"at":"2026-11-24T03:25:05.000Z","kind":"sense","subject":"vision",
                                     "text":"vision is away"})"));
    scene.events.push_back(parse(R"({"id":9,"at":"2026-11-24T03:25:06.000Z","kind":"job","subject":"j-4",
                                     "text":"rendering the selfie"})"));
    return scene;
  }

  static std::string without_colour(std::string text) {
    for (std::size_t at; (at = text.find('\x1b')) != std::string::npos;) text.erase(at, text.find('m', at) - at + 1);
    return text;
  }
};

TEST_F(Glance, everything_is_there_in_eighty_columns) {
  EXPECT_THAT(paint_watch(busy(), {80, false}, 24),
              ElementsAre("(o) (o) amber  rendering a selfie; vision is away, back in about 9 s", "",  //
                          "comfyui: no answer in 5 s", "",
                          "[##############################################+++***************::::::::::::..]",
                          " # brain 19 GiB   + voice 1.4 GiB   * comfyui 6 GiB   : desktop 1 GiB",
                          " : others 4.1 GiB   . free 512 MiB", "",  //
                          "senses",                                  //
                          "  * brain     ready           19 GiB  not away today",
                          "  * vision    away             6 GiB  away for 12 s, 42 s today",
                          "  * voice     loading 40 %   3.5 GiB  loading; not away today", "",  //
                          "queue",                                                              //
                          "    j-4   selfie   [#####.......] 45 %, about 9 s left: at the window",
                          "    j-5   video    a reply is open; about 60 s once it may begin: waving", "",  //
                          "  03:25:05  vision is away", "  03:25:06  j-4: rendering the selfie"));
}

TEST_F(Glance, colour_changes_nothing_but_the_colour) {
  const Lines plain = paint_watch(busy(), {80, false}, 24);
  Lines coloured = paint_watch(busy(), {80, true}, 24);
  ASSERT_EQ(coloured.size(), plain.size());
  EXPECT_THAT(coloured[0], HasSubstr("\x1b[33m(o) (o) amber\x1b[0m"));
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(without_colour(coloured[i]), plain[i]);
}

TEST_F(Glance, no_line_is_wider_than_the_pen_and_no_picture_higher_than_the_screen) {
  WatchScene scene = busy();
  json::value& queue = scene.status.at("queue");
  for (int i = 0; i < 20; ++i) queue.as_array().push_back(json::value(queue.at(1)));
  for (int i = 0; i < 50; ++i) scene.events.push_back(json::value(scene.events.front()));
  for (const std::size_t width : {40U, 59U, 80U, 110U}) {
    for (const std::size_t height : {1U, 5U, 24U, 60U}) {
      const Lines lines = paint_watch(scene, {width, false}, height);
      EXPECT_THAT(lines, SizeIs(height));
      for (const std::string& line : lines) EXPECT_LE(columns_of(line), width) << line;
    }
  }
  EXPECT_THAT(paint_queue(scene.status, {80, false}).back(), HasSubstr("and 16 more"));
}

TEST_F(Glance, while_the_daemon_is_gone_the_eyes_are_closed_and_nothing_glows) {
  WatchScene scene = busy();
  scene.lost = "the daemon closed the connection";
  const Lines lines = paint_watch(scene, {80, true}, 24);
  EXPECT_EQ(lines[0],
            "\x1b[31m(-) (-) gone \x1b[0m  malin does not answer since 03:25:17; trying again (the daemon...");
  for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_THAT(lines[i], Not(HasSubstr("\x1b")));
}

TEST_F(Glance, swapping_is_only_spoken_of_where_it_is_not_simply_on) {
  WatchScene scene = busy();
  scene.status.at("swap").at("enabled") = false;
  EXPECT_EQ(paint_watch(scene, {80, false}, 24)[2], "Swapping is off: nobody is sent away.");
}

TEST_F(Glance, a_card_that_cannot_be_read_says_why) {
  const json::value status = parse(R"({"cards":[{"name":"gpu0","total_bytes":null,"parts":[],"error":"no driver"}]})");
  EXPECT_THAT(paint_cards(status, {80, false}), ElementsAre("gpu0 cannot be read: no driver"));
}

TEST_F(Glance, nothing_at_all_and_nonsense_are_still_shown) {
  const json::value odd = parse(R"({"senses":[1,{}],"queue":{},"windows":[null],"swap":3,"glow":7,"back_in_s":-1e300,
      "cards":[{"total_bytes":1,"parts":[{"kind":"sense","bytes":-5},{"bytes":9000000000000000000},3]}]})");
  for (const json::value& body : {odd, json::value(nullptr), json::value(json::array())}) {
    WatchScene scene{.status = body, .windows = body, .events = {body}, .lost = ""};
    for (const std::string& line : paint_watch(scene, {80, false}, 24)) EXPECT_LE(columns_of(line), 80U) << line;
    EXPECT_NO_THROW(tell_standing(body, false));
    EXPECT_NO_THROW(tell_event(body, false));
  }
}

TEST_F(Glance, nothing_that_is_said_steers_the_terminal) {
  WatchScene scene = busy();
  const char* evil = "\x1b[2J\r\n\x07\xC2\x9b";
  scene.lost = evil;
  for (const char* key : {"glow", "line"}) scene.status.at(key) = evil;
  for (const char* key : {"name", "state", "why"}) scene.status.at("senses").at(0).at(key) = evil;
  for (const char* key : {"id", "kind", "prompt"}) scene.status.at("queue").at(0).at(key) = evil;
  for (const char* key : {"id", "waits", "prompt"}) scene.status.at("queue").at(1).at(key) = evil;
  scene.status.at("cards").at(0).at("parts").at(4).at("name") = evil;
  for (const char* key : {"name", "error"}) scene.status.at("renderers").at(0).at(key) = evil;
  for (const char* key : {"kind", "subject", "text"}) scene.events.back().at(key) = evil;
  Lines lines = paint_watch(scene, {80, false}, 24);
  scene.lost.clear();
  lines.push_back(paint_watch(scene, {80, false}, 24)[0]);
  lines.push_back(tell_standing(scene.status, false));
  lines.push_back(tell_event(scene.events.back(), false));
  for (const std::string& line : lines) {
    for (const char* control : {"\x1b", "\r", "\n", "\x07", "\xC2\x9b"}) EXPECT_THAT(line, Not(HasSubstr(control)));
  }
}

TEST_F(Glance, a_change_is_one_line_in_a_pipe) {
  WatchScene scene = busy();
  EXPECT_EQ(tell_standing(scene.status, false), "Nov 24 03:25:17  glow     amber: rendering a selfie; vision is away");
  scene.events.back().at("text") = std::string(300, 'x') + " and more";
  EXPECT_EQ(tell_event(scene.events.back(), false),
            "Nov 24 03:25:06  job      j-4: " + std::string(300, 'x') + " and more");
}

TEST_F(Glance, away_today_begins_at_midnight_and_ends_with_the_window) {
  const TimePoint now = parse_time("2026-11-24T03:25:17.000Z").value();
  EXPECT_EQ(away_today(busy().windows, "vision", now), Duration(42'000));
  EXPECT_EQ(away_today(busy().windows, "brain", now), Duration{});
  const json::value ended = parse(R"({"windows":[{"closed_at":"2026-11-24T03:25:07.000Z",
      "leaves":[{"sense":"voice","since":"2026-11-24T03:25:05.000Z","back_at":null}]}]})");
  EXPECT_EQ(away_today(ended, "voice", now), Duration(2'000));
}

TEST(Guess, is_not_said_to_the_second) {
  EXPECT_EQ(format_guess(0.2), "about 1 s");
  EXPECT_EQ(format_guess(8.6), "about 9 s");
  EXPECT_EQ(format_guess(47), "about 45 s");
  EXPECT_EQ(format_guess(100), "about 2 min");
}

}  // namespace
}  // namespace malin::app
