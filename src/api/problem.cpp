#include "api/problem.hpp"

#include <utility>

namespace malin::api {

namespace {

constexpr const char* retry_after_s = "10";

unsigned status_of(Errc code) {
  switch (code) {
    case Errc::not_found:
      return 404;
    case Errc::refused:
      return 409;
    case Errc::timeout:
    case Errc::unreachable:
    case Errc::bad_reply:
      return 503;
  }
  return 500;
}

}  // namespace

net::HttpResponse answer(unsigned status, const json::value& body) {
  return {status, "application/json", net::format_json(body) + "\n"};
}

net::HttpResponse problem(unsigned status, const std::string& detail, json::object members) {
  json::object body{{"type", "about:blank"},
                    {"title", std::string(net::reason_phrase(status))},
                    {"status", status},
                    {"detail", detail}};
  for (auto& member : members) body[member.key()] = std::move(member.value());
  net::HttpResponse response(status, "application/problem+json", net::format_json(body) + "\n");
  if (status == 503) response.headers.add("Retry-After", retry_after_s);
  if (status == 401) response.headers.add("WWW-Authenticate", "Bearer realm=\"malin\"");
  return response;
}

net::HttpResponse problem(const Error& error) { return problem(status_of(error.code), error.message); }

}  // namespace malin::api
