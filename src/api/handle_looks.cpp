// How things stand: /v1/status, /v1/glow, /v1/windows, /v1/plan, /healthz, /readyz, /metrics.
#include <fmt/format.h>

#include "api/format_metrics.hpp"
#include "api/format_plan.hpp"
#include "api/format_sense.hpp"
#include "api/format_status.hpp"
#include "api/format_window.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "core/explain.hpp"

namespace malin::api {

namespace {

constexpr std::int64_t windows_listed = 20;
constexpr std::int64_t windows_listed_max = 100;
constexpr Duration progress_limit{30'000};

json::object format_glow(const Situation& situation) {
  const std::vector<SenseView> views = view_senses(situation);
  return {{"glow", to_string(glow_of(situation, views))}, {"line", explain(situation, views)}};
}

}  // namespace

Task<net::HttpResponse> get_status(Call& call) {
  const Situation now = call.controller().situation();
  co_return answer(200, format_status(now, call.controller().waits(), call.backend.options.version));
}

Task<net::HttpResponse> get_glow(Call& call) { co_return answer(200, format_glow(call.controller().situation())); }

Task<net::HttpResponse> get_windows(Call& call) {
  auto limit = query_number(call.request(), "limit", windows_listed, 1, windows_listed_max);
  if (!limit) co_return std::move(limit.error());
  json::object listed;
  listed["windows"] = format_newest_windows(call.controller().situation(), static_cast<std::size_t>(*limit));
  co_return answer(200, listed);
}

Task<net::HttpResponse> get_plan(Call& call) {
  co_return answer(200, format_plan(call.controller().situation(), call.controller().plan()));
}

Task<net::HttpResponse> get_health(Call& call) {
  const Duration silent = call.backend.clock.now() - call.controller().last_progress();
  if (silent > progress_limit)
    co_return problem(503, fmt::format("the loop has stood still for {}", format_duration(silent)));
  json::object body;
  body["status"] = "ok";
  body["last_progress_at"] = format_time(call.controller().last_progress());
  co_return answer(200, body);
}

Task<net::HttpResponse> get_readiness(Call& call) {
  const Situation now = call.controller().situation();
  const std::vector<SenseView> views = view_senses(now);
  if (glow_of(now, views) == Glow::red) co_return problem(503, explain(now, views), format_glow(now));
  co_return answer(200, format_glow(now));
}

Task<net::HttpResponse> get_metrics(Call& call) {
  const control::Controller& controller = call.controller();
  std::string text = format_metrics(controller.situation(), controller.meters(), call.backend.options.version);
  co_return net::HttpResponse(200, "text/plain; version=0.0.4; charset=utf-8", std::move(text));
}

}  // namespace malin::api
