// The daemon's JSON as a person reads it. What is missing in it must do no harm.
#include "app/client_text.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/client_submission.hpp"
#include "app/client_time.hpp"
#include "app/in_utc.hpp"
#include "app/text_table.hpp"

namespace malin::app {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ClientText : InUtc {
  // A window for a selfie, thirteen seconds old, and a video that waits.
  static json::value busy() {
    return parse(R"json({"glow":"amber","line":"taking a selfie; vision is away (12 s)",
      "senses":[{"name":"brain","state":"ready","why":"","progress":0,"engine":"lmstudio","identifier":"dolphin-24b",
                 "footprint_bytes":20401094656,"impact":10,"evictable":true,"away":null},
                {"name":"vision","state":"away","why":"away to make room","progress":0,"engine":"lmstudio",
                 "identifier":"qwen3-vl-8b","footprint_bytes":6442450944,"impact":3,"evictable":true,
                 "away":{"window":3,"since":"2026-11-24T03:25:05.000Z","deadline":"2026-11-24T03:35:05.000Z"}},
                {"name":"voice","state":"loading","why":"loading","progress":0.4,"engine":"chatterbox",
                 "identifier":"chatterbox","footprint_bytes":3781165056,"impact":8,"evictable":false,"away":null}],
      "windows":[{"id":3,"phase":"rendering","evicted":["vision"],"jobs":["j-4"],"opened_at":"2026-11-24T03:25:04.000Z",
                  "closed_at":null,"restored_exactly":null,"reason":""}],
      "queue":[{"id":"j-4","kind":"selfie","prompt":"at the window","state":"rendering","waits":"","progress":0.45},
               {"id":"j-5","kind":"video","prompt":"waving","state":"queued","waits":"a reply is open","progress":0}],
      "cards":[{"name":"gpu0","total_bytes":34190917632,"free_bytes":535822336,"error":null,
                "holders":[{"name":"LM Studio","pid":7,"used_bytes":20401094656},
                           {"name":"x","pid":8,"used_bytes":null}]}],
      "engines":[{"name":"lmstudio","error":null,"note":""},{"name":"chatterbox","error":"no answer in 5 s","note":""}],
      "renderers":[],"swap":{"enabled":true,"hold_until":null},"now":"2026-11-24T03:25:17.000Z"})json");
  }
};

TEST_F(ClientText, status_tells_everything_that_matters) {
  EXPECT_EQ(format_status(busy(), false),
            R"(amber  taking a selfie; vision is away (12 s)

Senses
  brain   ready
  vision  away          away to make room; back by 03:35:05
  voice   loading 40 %  loading

Window
  3  rendering  Nov 24 03:25  away: vision; jobs: j-4; 13 s

Queue
  j-4  selfie  rendering 45 %  at the window
  j-5  video   queued          a reply is open

Cards
  gpu0  511 MiB free of 31.8 GiB: LM Studio 19 GiB

Servers
  chatterbox  no answer in 5 s

Swapping is on.
)");
}

TEST_F(ClientText, colour_changes_nothing_but_the_colour) {
  std::string coloured = format_status(busy(), true);
  EXPECT_THAT(coloured, HasSubstr("\x1b[33mamber\x1b[0m"));
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;)
    coloured.erase(at, coloured.find('m', at) - at + 1);
  EXPECT_EQ(coloured, format_status(busy(), false));
}

TEST_F(ClientText, nothing_at_all_is_still_shown) {
  const json::value nothing = parse("{}");
  const json::value odd = parse(R"({"senses":[1,{}],"queue":{},"windows":[null],"cards":[{}],"jobs":[{}],"swap":3})");
  for (const json::value& body : {nothing, odd, json::value(nullptr), json::value(json::array())}) {
    for (const auto format : {format_status, format_senses, format_jobs, format_job, format_windows, format_plan})
      EXPECT_NO_THROW(format(body, false));
    EXPECT_NO_THROW(format_timeline(body, false));
  }
  EXPECT_THAT(format_jobs(nothing, false), HasSubstr("malin submit"));
}

TEST_F(ClientText, everything_fits_eighty_columns) {
  json::value body = busy();
  body.as_object()["queue"].as_array()[1].as_object()["waits"] =
      "a video needs 14 GiB and 6.5 GiB is all there would be; held by brain 19 GiB, comfyui 843 MiB and many more";
  body.as_object()["jobs"] = body.as_object()["queue"];
  for (const auto format : {format_status, format_senses, format_jobs, format_windows}) {
    std::istringstream lines(format(body, false));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), 80U) << line;
  }
}

TEST_F(ClientText, a_job_says_why_it_is_where_it_is) {
  EXPECT_EQ(describe_job(parse(R"({"state":"rendering","progress":0.449})")), "rendering, 45 %");
  EXPECT_EQ(describe_job(parse(R"({"state":"queued","waits":"a reply is open"})")), "queued: a reply is open");
  EXPECT_EQ(describe_job(parse(R"({"state":"failed","reason":"out of memory"})")), "failed: out of memory");
  const std::string all = format_job(parse(R"({"id":"j-1","kind":"selfie","state":"delivered","prompt":"hat",
      "params":{"steps":"20"},"key":"k","priority":5,"attempts":2,"created_at":"2026-11-24T03:25:17.042Z",
      "media":{"type":"video","width":480,"height":832,"duration_ms":3000,"bytes":1048576,"href":"/x"}})"),
                                     false);
  EXPECT_THAT(all, HasSubstr("param     steps = 20\n"));
  EXPECT_THAT(all, HasSubstr("created   Nov 24 03:25:17\n"));
  EXPECT_THAT(all, HasSubstr("media     video, 480 x 832, 1 MiB, 3.0 s\n"));
  EXPECT_THAT(all, HasSubstr("attempts  2\n"));
}

TEST_F(ClientText, windows_say_whether_everyone_came_back) {
  const std::string text = format_windows(parse(R"({"windows":[
      {"id":2,"phase":"closed","evicted":["vision","brain"],"jobs":["j-1","j-2"],"restored_exactly":true,
       "opened_at":"2026-11-24T03:25:00.000Z","closed_at":"2026-11-24T03:26:30.000Z","reason":"aborted"}]})"),
                                          false);
  EXPECT_THAT(text, HasSubstr("away: vision, brain; jobs: j-1, j-2; 1 min 30 s"));
  EXPECT_THAT(text, HasSubstr("everyone came back"));
  EXPECT_THAT(text, HasSubstr("aborted"));
}

TEST_F(ClientText, a_plan_without_work_says_so) {
  EXPECT_THAT(format_plan(parse(R"({"line":"all here","changes":[],"actions":[]})"), false),
              testing::StrEq("all here\n\nNothing to do now.\n"));
  const std::string text =
      format_plan(parse(R"({"line":"x","changes":["job j-1: rendering"],"actions":["unload vision"],
                "running":[{"action":"probe gpu0","since":"2026-11-24T03:25:17.042Z"}],
                "waits":[{"job":"j-2","why":"a reply is open"}]})"),
                  false);
  EXPECT_THAT(text, HasSubstr("Would be done\n  unload vision\n"));
  EXPECT_THAT(text, HasSubstr("  probe gpu0  since 03:25:17\n"));
  EXPECT_THAT(text, HasSubstr("  j-2  a reply is open\n"));
  EXPECT_THAT(text, Not(HasSubstr("Nothing")));
}

TEST_F(ClientText, swapping_is_on_off_or_held) {
  EXPECT_THAT(format_swap(parse(R"({"enabled":false,"hold_until":null})")), HasSubstr("off"));
  EXPECT_THAT(format_swap(parse(R"({"enabled":true,"hold_until":"2026-11-24T03:25:17.042Z"})")),
              HasSubstr("held until 03:25:17"));
}

TEST_F(ClientText, an_event_is_one_line) {
  EXPECT_EQ(format_timeline(parse(R"({"id":7,"at":"2026-11-04T03:25:17.042Z","kind":"sense","subject":"vision",
                                      "text":"vision is back"})"),
                            false),
            "Nov  4 03:25:17  sense    vision is back\n");
}

// Found by client_fuzz: the line, which may quote an engine, went to the terminal as it was.
TEST_F(ClientText, nothing_that_is_said_steers_the_terminal) {
  const json::value said = parse(R"({"glow":"a\u001b[2J","line":"b\u0007\u009b2Jc","changes":[],"actions":[]})");
  EXPECT_THAT(format_status(said, false), HasSubstr("a [2J  b  2Jc\n"));
  EXPECT_THAT(format_plan(said, false), HasSubstr("b  2Jc\n"));
}

TEST(ClientTime, what_the_daemon_writes_is_read_back_and_nothing_else) {
  const TimePoint moment = from_unix_ms(1'795'490'717'042);
  EXPECT_EQ(parse_time(format_time(moment)), moment);
  for (const char* wrong : {"", "2026-11-24", "2026-11-24 03:25:17.042Z", "2026-13-24T03:25:17.042Z",
                            "2026-11-2xT03:25:17.042Z", "2026-11-24T03:25:17.042+", "-026-11-24T03:25:17.042Z"})
    EXPECT_FALSE(parse_time(wrong)) << wrong;
}

TEST(Submission, becomes_the_body_of_a_request) {
  EXPECT_EQ(format_submission({.kind = "selfie", .prompt = "a \"hat\""}), R"({"kind":"selfie","prompt":"a \"hat\""})");
  EXPECT_EQ(format_submission(
                {.kind = "video", .prompt = "x", .params = {"frames=33", "negative=a=b"}, .priority = -2, .key = "k"}),
            R"({"kind":"video","prompt":"x","params":{"frames":"33","negative":"a=b"},"priority":-2,"key":"k"})");
}

TEST(Submission, a_param_that_is_none_is_refused) {
  for (const char* wrong : {"frames", "=3", ""})
    EXPECT_EQ(format_submission({.kind = "k", .prompt = "p", .params = {wrong}}).error().code, Errc::refused) << wrong;
  EXPECT_THAT(format_submission({.kind = "k", .prompt = "p", .params = {"a=1", "a=2"}}).error().message,
              HasSubstr("twice"));
}

}  // namespace
}  // namespace malin::app
