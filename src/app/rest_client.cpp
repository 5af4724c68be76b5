#include "app/rest_client.hpp"

#include <chrono>
#include <utility>

namespace malin::app {

namespace {

constexpr std::chrono::seconds answer_limit{30};

}  // namespace

RestClient::RestClient(boost::asio::any_io_executor executor, net::Url base, std::string token)
    : client_(std::move(executor), std::move(base)), token_(std::move(token)) {}

Task<Result<RestAnswer>> RestClient::ask(std::string method, std::string path, net::json::value body) {
  net::HttpRequest request(std::move(method), std::move(path));
  if (!token_.empty()) request.headers.set("Authorization", "Bearer " + token_);
  if (!body.is_null()) {
    request.headers.set("Content-Type", "application/json");
    request.body = net::json::serialize(body);
  }
  Result<net::HttpResponse> response = co_await client_.send(std::move(request), answer_limit);
  if (!response) co_return std::unexpected(response.error());
  const bool is_json = response->headers.get("Content-Type").find("json") != std::string_view::npos;
  RestAnswer answer{.status = response->status, .body = nullptr, .text = std::move(response->body)};
  if (answer.text.empty() || !is_json) co_return answer;
  Result<net::json::value> parsed = net::parse_json(answer.text);
  if (!parsed) co_return fail(Errc::bad_reply, "the answer is not JSON: " + answer.text.substr(0, 80));
  answer.body = std::move(*parsed);
  co_return answer;
}

}  // namespace malin::app
