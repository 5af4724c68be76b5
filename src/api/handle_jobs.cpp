// Jobs: POST and GET /v1/jobs, GET and DELETE /v1/jobs/{id}, POST /v1/replies.
#include <algorithm>

#include <fmt/format.h>

#include "api/body.hpp"
#include "api/format_job.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "core/suggest.hpp"
#include "core/tags.hpp"

namespace malin::api {

namespace {

constexpr std::size_t key_bytes_max = 200;
constexpr std::int64_t priority_max = 1000;
constexpr std::int64_t jobs_listed = 50;
constexpr std::int64_t jobs_listed_max = 1000;

net::HttpResponse unknown_kind(const Config& config, const std::string& kind) {
  std::vector<std::string_view> names;
  json::array known;
  for (const KindSpec& one : config.kinds) {
    names.push_back(one.name);
    known.push_back(json::value(one.name));
  }
  return problem(422, "there is no such media kind" + suggest(kind, names),
                 {{"errors", json::array{json::object{{"field", "kind"}, {"detail", "no such media kind"}}}},
                  {"known", std::move(known)}});
}

std::optional<net::HttpResponse> too_long(const KindSpec& kind, const std::string& prompt) {
  if (prompt.size() <= kind.prompt_bytes_max) return std::nullopt;
  return problem(413, fmt::format("the prompt is {} bytes long; a {} takes at most {}", prompt.size(), kind.name,
                                  kind.prompt_bytes_max));
}

bool is_queue_full(const Ledger& ledger) {
  const auto is_waiting = [](const auto& row) { return !is_over(row.second.state); };
  return std::ranges::count_if(ledger.jobs, is_waiting) >= static_cast<std::ptrdiff_t>(queued_jobs_max);
}

net::HttpResponse declined(const Call& call, const Error& error) {
  if (error.code == Errc::refused)
    return problem(is_queue_full(call.controller().situation().ledger) ? 503 : 422, error.message);
  return problem(error);
}

}  // namespace

Task<net::HttpResponse> post_job(Call& call) {
  Body body(call.request());
  Submission submission;
  submission.kind = body.text("kind");
  submission.prompt = body.text("prompt");
  submission.params = body.texts_or_none("params");
  submission.priority = static_cast<int>(body.whole_or_zero("priority", -priority_max, priority_max));
  submission.key = body.text_or_empty("key", key_bytes_max);
  if (auto wrong = body.problem()) co_return std::move(*wrong);
  const KindSpec* kind = call.backend.config.kind(submission.kind);
  if (kind == nullptr) co_return unknown_kind(call.backend.config, submission.kind);
  if (auto wrong = too_long(*kind, submission.prompt)) co_return std::move(*wrong);
  const Result<control::Submitted> submitted = co_await call.controller().submit(std::move(submission));
  if (!submitted) co_return declined(call, submitted.error());
  net::HttpResponse response = answer(submitted->is_new ? 201 : 200, format_job(submitted->job));
  response.headers.add("Location", "/v1/jobs/" + submitted->job.id);
  co_return response;
}

Task<net::HttpResponse> get_jobs(Call& call) {
  auto limit = query_number(call.request(), "limit", jobs_listed, 1, jobs_listed_max);
  if (!limit) co_return std::move(limit.error());
  const Result<std::vector<Job>> jobs = co_await call.controller().jobs(static_cast<int>(*limit));
  if (!jobs) co_return problem(jobs.error());
  json::array rows;
  for (const Job& job : *jobs) rows.push_back(format_job(job));
  json::object listed;
  listed["jobs"] = std::move(rows);
  co_return answer(200, listed);
}

Task<net::HttpResponse> get_job(Call& call) {
  const Result<Job> job = co_await call.controller().job(call.name);
  if (!job) co_return problem(job.error());
  co_return answer(200, format_job(*job));
}

Task<net::HttpResponse> delete_job(Call& call) {
  const Result<void> cancelled = co_await call.controller().cancel(call.name);
  if (!cancelled) co_return problem(cancelled.error());
  const Result<Job> job = co_await call.controller().job(call.name);
  if (!job) co_return problem(job.error());
  co_return answer(200, format_job(*job));
}

Task<net::HttpResponse> post_reply(Call& call) {
  Body body(call.request());
  const std::string text = body.text("text");
  if (auto wrong = body.problem()) co_return std::move(*wrong);
  const Config& config = call.backend.config;
  CutReply cut = cut_tags(text, config.kinds);
  std::vector<Submission> submissions;
  for (TagRequest& request : cut.requests) {
    if (auto wrong = too_long(*config.kind(request.kind), request.prompt)) co_return std::move(*wrong);
    Submission submission;
    submission.kind = std::move(request.kind);
    submission.prompt = std::move(request.prompt);
    submissions.push_back(std::move(submission));
  }
  json::array rows;
  if (!submissions.empty()) {
    const Result<std::vector<Job>> jobs = co_await call.controller().submit_all(std::move(submissions));
    if (!jobs) co_return declined(call, jobs.error());
    for (const Job& job : *jobs) rows.push_back(format_job(job));
  }
  json::object reply;
  reply["text"] = cut.text;
  reply["jobs"] = std::move(rows);
  co_return answer(200, reply);
}

}  // namespace malin::api
