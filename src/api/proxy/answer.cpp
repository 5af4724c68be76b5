#include "api/proxy/answer.hpp"

#include <fmt/format.h>

#include "net/http.hpp"
#include "net/json.hpp"

namespace malin::api::proxy {

namespace json = boost::json;

namespace {

const char* openai_type(unsigned status) { return status < 500 ? "invalid_request_error" : "server_error"; }

const char* anthropic_type(unsigned status) {
  if (status == 503) return "overloaded_error";
  return status < 500 ? "invalid_request_error" : "api_error";
}

}  // namespace

Answer format_error(Dialect dialect, unsigned status, std::string_view message, std::optional<int> retry_after_s) {
  json::object body;
  if (dialect == Dialect::messages) {
    body["type"] = "error";
    body["error"] = {{"type", anthropic_type(status)}, {"message", message}};
  } else {
    body["type"] = "about:blank";
    body["error"] = {{"message", message},
                     {"type", openai_type(status)},
                     {"param", nullptr},
                     {"code", status == 503 ? json::value("away") : json::value(nullptr)}};
  }
  body["title"] = net::reason_phrase(status);
  body["status"] = status;
  body["detail"] = message;
  return {.status = status,
          .type = "application/problem+json",
          .body = net::format_json(body) + "\n",
          .retry_after_s = retry_after_s};
}

std::string format_answer(const Answer& answer, bool keep_alive, bool is_head) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n",
                  answer.status, net::reason_phrase(answer.status), answer.type, answer.body.size());
  if (answer.retry_after_s) text += fmt::format("Retry-After: {}\r\n", *answer.retry_after_s);
  if (!keep_alive) text += "Connection: close\r\n";
  text += "\r\n";
  if (!is_head) text += answer.body;
  return text;
}

}  // namespace malin::api::proxy
