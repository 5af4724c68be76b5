#include "api/routes.hpp"

#include <array>

#include "net/url.hpp"

namespace malin::api {

namespace {

constexpr auto routes = std::to_array<Route>({
    {"POST", "/v1/jobs", post_job},
    {"GET", "/v1/jobs", get_jobs},
    {"GET", "/v1/jobs/{}", get_job},
    {"DELETE", "/v1/jobs/{}", delete_job},
    {"GET", "/v1/jobs/{}/media", nullptr, stream_media},
    {"GET", "/v1/jobs/{}/thumbnail", nullptr, stream_thumbnail},
    {"GET", "/v1/jobs/{}/preview", get_preview},
    {"POST", "/v1/replies", post_reply},
    {"POST", "/v1/turns", post_turn},
    {"PUT", "/v1/turns/{}", put_turn},
    {"DELETE", "/v1/turns/{}", delete_turn},
    {"GET", "/v1/status", get_status},
    {"GET", "/v1/glow", get_glow},
    {"GET", "/v1/windows", get_windows},
    {"GET", "/v1/kinds", get_kinds},
    {"GET", "/v1/footprints", get_footprints},
    {"PUT", "/v1/footprints/{}", put_footprint},
    {"DELETE", "/v1/footprints/{}", delete_footprint},
    {"GET", "/v1/history", get_history},
    {"GET", "/v1/plan", get_plan},
    {"GET", "/v1/events", nullptr, stream_events},
    {"PUT", "/v1/swap", put_swap},
    {"POST", "/v1/swap/abort", post_abort},
    {"POST", "/v1/senses/{}/restore", post_restore},
    {"GET", "/healthz", get_health},
    {"GET", "/readyz", get_readiness},
    {"GET", "/metrics", get_metrics},
    {"GET", "/", get_page},
    {"GET", "/page/{}", get_page},
});

// What {} of the pattern stands for in the path; empty where the pattern has none. nullopt: it does not fit.
std::optional<std::string_view> fit(std::string_view pattern, std::string_view path) {
  const auto hole = pattern.find("{}");
  if (hole == std::string_view::npos)
    return pattern == path ? std::optional<std::string_view>(std::string_view()) : std::nullopt;
  const std::string_view before = pattern.substr(0, hole);
  const std::string_view after = pattern.substr(hole + 2);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
    return std::nullopt;
  const std::string_view name = path.substr(before.size(), path.size() - before.size() - after.size());
  return name.find('/') == std::string_view::npos ? std::optional(name) : std::nullopt;
}

}  // namespace

Found find_route(std::string_view method, std::string_view path) {
  Found found;
  for (const Route& route : routes) {
    const auto name = fit(route.path, path);
    if (!name) continue;
    const Result<std::string> decoded = net::percent_decode(*name);
    if (!decoded) continue;
    found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") found.allowed += ", HEAD";
    if (route.method != method && !(method == "HEAD" && route.method == "GET")) continue;
    found.route = &route;
    found.name = *decoded;
  }
  return found;
}

}  // namespace malin::api
