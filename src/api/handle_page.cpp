// The web page and what only it asks for: GET /, /page/{name}, /v1/history, /v1/kinds, /v1/jobs/{id}/preview.
#include "api/format_kind.hpp"
#include "api/handlers.hpp"
#include "api/page.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"

namespace malin::api {

namespace {

constexpr std::int64_t moment_max = std::int64_t{1} << 50;

}  // namespace

Task<net::HttpResponse> get_page(Call& call) { co_return answer_page(call.request()); }

Task<net::HttpResponse> get_history(Call& call) {
  auto after = query_number(call.request(), "after_ms", 0, 0, moment_max);
  if (!after) co_return std::move(after.error());
  co_return answer(200, call.backend.history.format(call.controller().situation(), from_unix_ms(*after)));
}

Task<net::HttpResponse> get_kinds(Call& call) {
  json::object listed;
  listed["kinds"] = format_kinds(call.controller().situation());
  co_return answer(200, listed);
}

Task<net::HttpResponse> get_preview(Call& call) {
  const Result<Job> job = co_await call.controller().job(call.name);
  if (!job) co_return problem(job.error());
  std::optional<Preview> newest = call.controller().preview(call.name);
  if (!newest) co_return net::HttpResponse(204, "", "");
  net::HttpResponse response(200, newest->type, std::move(newest->image));
  response.headers.add("X-Content-Type-Options", "nosniff");
  co_return response;
}

}  // namespace malin::api
