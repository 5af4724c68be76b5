// POST and GET /v1/jobs, GET and DELETE /v1/jobs/{id}, POST /v1/replies.
#include "api/face.hpp"
#include "core/requests.hpp"

namespace malin::api {
namespace {

using malin::testing::Answer;
using malin::testing::GreenFace;

struct Jobs : GreenFace {
  std::string field(const Answer& answer) { return std::string(answer.at("/errors/0/field").as_string()); }
};

TEST_F(Jobs, a_job_is_created_once_for_a_key) {
  const std::string body = R"({"kind":"selfie","prompt":"at the beach","params":{"steps":30,"width":"512","cfg":1.5},)"
                           R"("priority":5,"key":"k-1"})";
  home.config.kinds[0].slots["cfg"] = "7";
  const Answer first = post("/v1/jobs", body);
  ASSERT_EQ(first.status, 201u) << first.body;
  EXPECT_EQ(first.headers.get("Location"), "/v1/jobs/j-1");
  EXPECT_EQ(first.type(), "application/json");
  EXPECT_EQ(first.text("id"), "j-1");
  EXPECT_EQ(first.text("state"), "queued");
  EXPECT_EQ(first.at("/params/steps").as_string(), "30");
  EXPECT_EQ(first.at("/params/width").as_string(), "512");
  EXPECT_EQ(first.at("/params/cfg").as_string(), "1.5");
  EXPECT_EQ(first.at("/priority").as_int64(), 5);
  EXPECT_EQ(first.text("created_at").substr(0, 4), "2026");
  const Answer again = post("/v1/jobs", body);
  EXPECT_EQ(again.status, 200u);
  EXPECT_EQ(again.text("id"), "j-1");
  EXPECT_EQ(home.store.all_jobs.size(), 1u);
}

TEST_F(Jobs, a_body_that_is_wrong_is_declined_with_the_name_of_the_member) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"prompt":"x"})", "kind"},
      {R"({"kind":"selfie"})", "prompt"},
      {R"({"kind":7,"prompt":"x"})", "kind"},
      {R"({"kind":"selfie","prompt":["x"]})", "prompt"},
      {R"({"kind":"selfie","prompt":"x","priority":"high"})", "priority"},
      {R"({"kind":"selfie","prompt":"x","priority":1.5})", "priority"},
      {R"({"kind":"selfie","prompt":"x","priority":99999999999})", "priority"},
      {R"({"kind":"selfie","prompt":"x","params":[]})", "params"},
      {R"({"kind":"selfie","prompt":"x","params":{"steps":{}}})", "params.steps"},
      {R"({"kind":"selfie","prompt":"x","key":")" + std::string(201, 'k') + "\"}", "key"},
      {R"({"kind":"selfie","prompt":"x","promt":"y"})", "promt"},
      {R"([1,2])", ""},
      {R"({"kind":)", ""},
      {"", "kind"},
  };
  for (const auto& [body, name] : cases) {
    const Answer answer = post("/v1/jobs", body);
    EXPECT_EQ(answer.status, 400u) << body;
    EXPECT_EQ(answer.type(), "application/problem+json");
    EXPECT_EQ(field(answer), name) << answer.body;
    EXPECT_EQ(answer.at("/status").as_int64(), 400);
    EXPECT_EQ(answer.text("title"), "Bad Request");
  }
  EXPECT_TRUE(home.store.all_jobs.empty());
}

TEST_F(Jobs, a_misspelt_member_is_told_what_may_have_been_meant) {
  const Answer answer = post("/v1/jobs", R"({"kind":"selfie","prompt":"x","priorty":1})");
  EXPECT_NE(answer.text("detail").find("did you mean \"priority\"?"), std::string::npos) << answer.body;
}

TEST_F(Jobs, everything_wrong_with_a_body_is_said_at_once) {
  const Answer answer = post("/v1/jobs", R"({"priority":"high"})");
  EXPECT_EQ(answer.at("/errors").as_array().size(), 3u) << answer.body;
}

TEST_F(Jobs, an_unknown_kind_is_told_the_known_ones) {
  const Answer answer = post("/v1/jobs", R"({"kind":"painting","prompt":"x"})");
  EXPECT_EQ(answer.status, 422u);
  EXPECT_EQ(answer.at("/known").as_array(), (boost::json::array{"selfie", "video"})) << answer.body;
  EXPECT_EQ(field(answer), "kind");
}

TEST_F(Jobs, a_prompt_without_a_letter_or_a_slot_that_is_not_one_is_declined) {
  EXPECT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"  "})").status, 422u);
  const Answer slot = post("/v1/jobs", R"({"kind":"selfie","prompt":"x","params":{"sampler":"euler"}})");
  EXPECT_EQ(slot.status, 422u);
  EXPECT_NE(slot.text("detail").find("sampler"), std::string::npos);
}

TEST_F(Jobs, a_prompt_that_is_too_long_is_refused_whatever_its_size) {
  for (const std::size_t size : {std::size_t{16 << 10} + 1, std::size_t{3'000'000}, std::size_t{20 << 20}}) {
    const Answer answer = post("/v1/jobs", R"({"kind":"selfie","prompt":")" + std::string(size, 'a') + "\"}");
    EXPECT_EQ(answer.status, 413u) << size;
    EXPECT_EQ(answer.type(), "application/problem+json");
    EXPECT_FALSE(answer.text("detail").empty());
  }
  EXPECT_TRUE(home.store.all_jobs.empty());
  const Answer fits = post("/v1/jobs", R"({"kind":"selfie","prompt":")" + std::string(16 << 10, 'a') + "\"}");
  EXPECT_EQ(fits.status, 201u);
}

TEST_F(Jobs, a_full_queue_says_when_to_come_back) {
  ASSERT_EQ(ask("PUT", "/v1/swap", R"({"enabled":false})").status, 200u);
  Submission one;
  one.kind = "selfie";
  one.prompt = "x";
  std::vector<Submission> many(queued_jobs_max, one);
  ASSERT_TRUE(home.finish(home.controller->submit_all(std::move(many))));
  const Answer answer = post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})");
  EXPECT_EQ(answer.status, 503u) << answer.body;
  EXPECT_FALSE(answer.headers.get("Retry-After").empty());
}

TEST_F(Jobs, nothing_is_acknowledged_that_the_disk_did_not_take) {
  home.store.fail_next("commit", Errc::unreachable);
  const Answer answer = post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})");
  EXPECT_EQ(answer.status, 503u);
  EXPECT_FALSE(answer.headers.get("Retry-After").empty());
  EXPECT_TRUE(home.store.all_jobs.empty());
}

TEST_F(Jobs, are_listed_the_newest_first) {
  for (int i = 0; i < 12; ++i) ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  const Answer all = get("/v1/jobs");
  EXPECT_EQ(all.at("/jobs").as_array().size(), 12u);
  const Answer two = get("/v1/jobs?limit=2");
  ASSERT_EQ(two.at("/jobs").as_array().size(), 2u);
  EXPECT_EQ(two.at("/jobs/0/id").as_string(), "j-12");
  EXPECT_EQ(two.at("/jobs/1/id").as_string(), "j-11");
  for (const char* limit : {"0", "-1", "1001", "many", "2x"}) {
    const Answer wrong = get(std::string("/v1/jobs?limit=") + limit);
    EXPECT_EQ(wrong.status, 400u) << limit;
    EXPECT_NE(wrong.text("detail").find("\"limit\""), std::string::npos);
  }
}

TEST_F(Jobs, one_is_shown_and_cancelled_by_its_id) {
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  EXPECT_EQ(get("/v1/jobs/j-1").text("id"), "j-1");
  EXPECT_EQ(get("/v1/jobs/j-2").status, 404u);
  EXPECT_EQ(get("/v1/jobs/..%2Fj-1").status, 404u);
  const Answer cancelled = ask("DELETE", "/v1/jobs/j-1");
  EXPECT_EQ(cancelled.status, 200u);
  EXPECT_EQ(cancelled.text("state"), "cancelled");
  EXPECT_EQ(ask("DELETE", "/v1/jobs/j-1").status, 409u);
  EXPECT_EQ(ask("DELETE", "/v1/jobs/j-9").status, 404u);
}

// Found by api_fuzz: the answer repeats the id, and was no JSON then.
TEST_F(Jobs, an_id_that_is_not_utf8_is_declined_in_json) {
  const Answer answer = get("/v1/jobs/j-%82");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.text("detail"), "there is no job j-\uFFFD");
}

TEST_F(Jobs, of_a_reply_are_cut_out_of_its_text) {
  const Answer answer =
      post("/v1/replies", R"({"text":"Sure! [SELFIE: at the beach] And later [VIDEO: waving]. [NOTE: no]"})");
  ASSERT_EQ(answer.status, 200u) << answer.body;
  EXPECT_EQ(answer.text("text"), "Sure! And later . [NOTE: no]");
  EXPECT_EQ(answer.at("/jobs/0/kind").as_string(), "selfie");
  EXPECT_EQ(answer.at("/jobs/0/prompt").as_string(), "at the beach");
  EXPECT_EQ(answer.at("/jobs/1/kind").as_string(), "video");
  EXPECT_EQ(home.store.all_jobs.size(), 2u);
}

TEST_F(Jobs, of_a_reply_are_taken_all_or_none) {
  const std::string text = "[SELFIE: a] [VIDEO: " + std::string((16 << 10) + 1, 'b') + "]";
  EXPECT_EQ(post("/v1/replies", R"({"text":")" + text + "\"}").status, 413u);
  EXPECT_TRUE(home.store.all_jobs.empty());
  const Answer plain = post("/v1/replies", R"({"text":"just words"})");
  EXPECT_EQ(plain.text("text"), "just words");
  EXPECT_TRUE(plain.at("/jobs").as_array().empty());
}

}  // namespace
}  // namespace malin::api
