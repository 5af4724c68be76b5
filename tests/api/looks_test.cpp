// What only looks: status, glow, windows, plan, health, readiness, metrics.
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "api/exposition.hpp"
#include "api/face.hpp"

namespace malin::api {
namespace {

using malin::testing::Answer;
using malin::testing::Face;
using malin::testing::GreenFace;

using Looks = GreenFace;

TEST_F(Looks, the_status_has_everything) {
  const Answer status = get("/v1/status");
  ASSERT_EQ(status.status, 200u);
  EXPECT_EQ(status.text("glow"), "green");
  EXPECT_EQ(status.text("line"), "all here");
  EXPECT_EQ(status.text("version"), "1.2.3");
  EXPECT_EQ(status.at("/senses/0/name").as_string(), "brain");
  EXPECT_EQ(status.at("/senses/0/state").as_string(), "ready");
  EXPECT_EQ(status.at("/senses/0/footprint_bytes").as_int64(), gibibytes(19).count);
  EXPECT_TRUE(status.at("/senses/0/away").is_null());
  EXPECT_EQ(status.at("/cards/0/total_bytes").as_int64(), gibibytes(26).count);
  EXPECT_EQ(status.at("/cards/0/free_bytes").as_int64(), gibibytes(1).count);
  EXPECT_EQ(status.at("/cards/0/headroom_bytes").as_int64(), mebibytes(512).count);
  EXPECT_EQ(status.at("/cards/0/holders/0/name").as_string(), "lm-studio");
  EXPECT_TRUE(status.at("/cards/0/error").is_null());
  EXPECT_EQ(status.at("/engines/0/reachable").as_bool(), true);
  EXPECT_EQ(status.at("/engines/0/version").as_string(), "0.4.1");
  EXPECT_EQ(status.at("/renderers/0/held_bytes").as_int64(), 0);
  EXPECT_EQ(status.at("/swap/enabled").as_bool(), true);
  EXPECT_EQ(status.at("/presence/turns").as_int64(), 0);
  EXPECT_TRUE(status.at("/windows").as_array().empty());
  EXPECT_TRUE(status.at("/queue").as_array().empty());
}

TEST_F(Looks, the_status_names_who_is_away_and_why_each_job_waits) {
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"one"})").status, 201u);
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"two"})").status, 201u);
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"three","priority":9})").status, 201u);
  ASSERT_TRUE(home.run_until([&] {
    const auto& renders = home.controller->situation().seen.renders;
    return !renders.empty() && renders.begin()->second.known() != nullptr &&
           renders.begin()->second.known()->state == RenderState::running;
  }));
  const Answer status = get("/v1/status");
  EXPECT_EQ(status.text("glow"), "amber");
  EXPECT_EQ(status.at("/senses/1/state").as_string(), "away");
  EXPECT_EQ(status.at("/senses/1/away/window").as_int64(), 1);
  EXPECT_EQ(status.at("/windows/0/phase").as_string(), "rendering");
  EXPECT_EQ(status.at("/windows/0/evicted"), (boost::json::value{"vision"}));
  ASSERT_EQ(status.at("/queue").as_array().size(), 3u);
  EXPECT_EQ(status.at("/queue/0/id").as_string(), "j-1");
  EXPECT_EQ(status.at("/queue/0/state").as_string(), "rendering");
  EXPECT_EQ(status.at("/queue/0/progress").as_double(), 0.5);
  EXPECT_TRUE(status.at("/queue/0/position").is_null());
  EXPECT_EQ(status.at("/queue/1/id").as_string(), "j-3");
  EXPECT_EQ(status.at("/queue/1/position").as_int64(), 1);
  EXPECT_EQ(status.at("/queue/2/id").as_string(), "j-2");
}

TEST_F(Looks, a_job_that_waits_says_why) {
  ASSERT_EQ(post("/v1/turns").status, 201u);
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"one"})").status, 201u);
  home.settle();
  EXPECT_NE(get("/v1/status").at("/queue/0/waits").as_string().find("in the middle of a reply"), std::string::npos);
}

TEST_F(Looks, windows_are_listed_with_who_was_away_for_how_long) {
  for (const char* id : {"j-1", "j-2"}) {
    ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
    ASSERT_TRUE(home.run_until_over(id));
  }
  const Answer all = get("/v1/windows");
  ASSERT_EQ(all.at("/windows").as_array().size(), 2u);
  EXPECT_EQ(all.at("/windows/0/id").as_int64(), 2);
  EXPECT_EQ(all.at("/windows/0/phase").as_string(), "closed");
  EXPECT_EQ(all.at("/windows/0/restored_exactly").as_bool(), true);
  EXPECT_EQ(all.at("/windows/0/leaves/0/sense").as_string(), "vision");
  EXPECT_GT(all.at("/windows/0/leaves/0/away_s").as_double(), 8);
  EXPECT_EQ(all.at("/windows/0/jobs"), (boost::json::value{"j-2"}));
  EXPECT_EQ(get("/v1/windows?limit=1").at("/windows").as_array().size(), 1u);
  EXPECT_EQ(get("/v1/windows?limit=x").status, 400u);
}

TEST_F(Looks, the_plan_says_what_would_be_done_and_does_nothing) {
  ASSERT_EQ(ask("PUT", "/v1/swap", R"({"enabled":false})").status, 200u);
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  home.settle();
  const int commits = home.store.commits;
  const Answer plan = get("/v1/plan");
  ASSERT_EQ(plan.status, 200u);
  EXPECT_EQ(plan.at("/opens_window").as_bool(), false);
  EXPECT_EQ(plan.at("/waits/0/job").as_string(), "j-1");
  EXPECT_NE(plan.at("/waits/0/why").as_string().find("swapping is off"), std::string::npos) << plan.body;
  EXPECT_EQ(home.store.commits, commits);
}

TEST_F(Looks, health_is_the_loop_coming_round) {
  EXPECT_EQ(get("/healthz").status, 200u);
  home.pass(std::chrono::hours(1));
  EXPECT_EQ(get("/healthz").status, 200u);
  home.store.answer_after("commit", std::chrono::seconds(40));
  home.engine.drop("brain");
  const int calls = home.store.calls("commit");
  ASSERT_TRUE(home.run_until([&] { return home.store.calls("commit") > calls; }));
  home.pass(std::chrono::seconds(35));
  const Answer hung = get("/healthz");
  EXPECT_EQ(hung.status, 503u);
  EXPECT_NE(hung.text("detail").find("stood still"), std::string::npos) << hung.body;
  home.store.set_well();
  ASSERT_TRUE(home.run_until_green());
  EXPECT_EQ(get("/healthz").status, 200u);
}

TEST_F(Looks, readiness_is_the_glow) {
  EXPECT_EQ(get("/readyz").status, 200u);
  EXPECT_EQ(get("/v1/glow").text("glow"), "green");
  home.engine.answer_after("load", std::chrono::seconds(30));
  home.engine.drop("brain");
  ASSERT_TRUE(home.run_until([&] { return home.glow() == Glow::red; }));
  const Answer red = get("/readyz");
  EXPECT_EQ(red.status, 503u);
  EXPECT_EQ(red.text("glow"), "red");
  EXPECT_NE(red.text("line").find("brain is"), std::string::npos);
  EXPECT_EQ(get("/healthz").status, 200u);
}

TEST_F(Looks, away_on_purpose_is_still_ready) {
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  const Answer amber = get("/readyz");
  EXPECT_EQ(amber.status, 200u);
  EXPECT_EQ(amber.text("glow"), "amber");
}

TEST_F(Looks, metrics_are_prometheus_text) {
  ASSERT_EQ(ask("PUT", "/v1/swap", R"({"enabled":false})").status, 200u);
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  const Answer metrics = get("/metrics");
  EXPECT_EQ(metrics.type(), "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line :
       {"malin_build_info{version=\"1.2.3\"} 1\n", "malin_glow{glow=\"green\"} 1\n", "malin_glow{glow=\"red\"} 0\n",
        "malin_sense_ready{sense=\"brain\"} 1\n", "malin_sense_state{sense=\"brain\",state=\"ready\"} 1\n",
        "malin_jobs{kind=\"selfie\",state=\"queued\"} 1\n", "malin_windows_open 0\n", "malin_courier_up 1\n",
        "malin_server_up{server=\"comfyui\"} 1\n", "malin_job_failures_total{reason=\"media\"} 0\n",
        "malin_jobs_submitted_total 1\n", "malin_card_free_bytes{card=\"gpu0\"} 1073741824\n",
        "# TYPE malin_jobs gauge\n"})
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
}

TEST_F(Looks, metrics_count_what_has_happened_since_the_start) {
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  ASSERT_TRUE(home.run_until([&] { return home.is_window_open(); }));
  EXPECT_NE(get("/metrics").body.find("malin_window_deadline_timestamp_seconds{card=\"gpu0\"} "), std::string::npos);
  ASSERT_TRUE(home.run_until_over("j-1"));
  const Answer metrics = get("/metrics");
  for (const char* line :
       {"malin_jobs_ended_total{kind=\"selfie\",state=\"delivered\"} 1\n",
        "malin_windows_closed_total{outcome=\"restored\"} 1\n",
        "malin_render_seconds_bucket{kind=\"selfie\",le=\"0.1\"} 0\n",
        "malin_render_seconds_bucket{kind=\"selfie\",le=\"3600\"} 1\n",
        "malin_render_seconds_bucket{kind=\"selfie\",le=\"+Inf\"} 1\n", "malin_window_seconds_count 1\n",
        "malin_actions_total{action=\"unload\",outcome=\"ok\"} 1\n",
        "malin_sense_away_seconds_total{sense=\"brain\"} 0\n"})
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
}

// Every metric by name and type, here as in docs/OPERATIONS.md.
TEST_F(Looks, metrics_are_those_of_the_manual) {
  std::set<std::string> shown;
  std::istringstream body(get("/metrics").body);
  for (std::string line; std::getline(body, line);)
    if (line.starts_with("# TYPE ")) shown.insert(line.substr(7));
  std::set<std::string> told;
  std::ifstream manual(MALIN_TEST_DATA "/../../docs/OPERATIONS.md");
  const std::regex row(R"(\| `(\w+)` \| (gauge|counter|histogram) \|.*)");
  for (std::string line; std::getline(manual, line);)
    if (std::smatch parts; std::regex_match(line, parts, row)) told.insert(parts.str(1) + " " + parts.str(2));
  EXPECT_GT(told.size(), 20U);
  EXPECT_EQ(shown, told);
}

TEST(Exposition, a_label_says_anything_without_leaving_its_quotes) {
  Exposition out;
  out.begin("x_seconds", "gauge", "Text.");
  out.add({{"a", "1\\2\"3\n4"}, {"b", ""}}, 5);
  out.add_seconds({}, Duration(-1'500));
  EXPECT_EQ(
      out.take(),
      "# HELP x_seconds Text.\n# TYPE x_seconds gauge\nx_seconds{a=\"1\\\\2\\\"3\\n4\",b=\"\"} 5\nx_seconds -1.5\n");
}

TEST_F(Face, before_anything_was_seen_nothing_is_guessed) {
  const Answer status = get("/v1/status");
  ASSERT_EQ(status.status, 200u) << status.body;
  EXPECT_NE(status.text("glow"), "green");
  EXPECT_EQ(get("/healthz").status, 200u);
}

}  // namespace
}  // namespace malin::api
