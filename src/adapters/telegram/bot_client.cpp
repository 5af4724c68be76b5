#include "adapters/telegram/bot_client.hpp"

#include <algorithm>
#include <utility>

namespace malin::adapters::telegram {

namespace {

constexpr std::size_t kAnswerBytesMax = 8 << 20;

}  // namespace

Result<net::Url> parse_root(const std::string& api_root, const std::string& token) {
  Result<net::Url> root = net::parse_url(api_root);
  if (!root) return fail(Errc::refused, "api_root: " + scrub(std::move(root.error().message), token));
  if (!is_token(token)) {
    return fail(Errc::refused, "the Telegram token is empty or has characters that no token has");
  }
  return root;
}

BotClient::BotClient(boost::asio::any_io_executor executor, net::Url api_root, std::string token)
    : token_(std::move(token)), client_(std::move(executor), std::move(api_root)) {}

Task<Verdict> BotClient::call(std::string method, net::json::object arguments, Duration limit) {
  return post(std::move(method), "application/json", net::json::serialize(arguments), limit);
}

Task<Verdict> BotClient::post(std::string method, std::string content_type, std::string body, Duration limit) {
  net::HttpRequest request("POST", "/bot" + token_ + "/" + method);
  request.headers.set("Content-Type", std::move(content_type));
  request.body = std::move(body);
  const Result<net::HttpResponse> answer = co_await client_.send(std::move(request), limit, kAnswerBytesMax);
  Verdict verdict;
  if (answer) {
    verdict = judge_answer(*answer);
  } else {
    verdict.error = answer.error();
  }
  if (verdict.wait_first) silent_until_ = std::chrono::steady_clock::now() + *verdict.wait_first;
  if (verdict.error) verdict.error->message = scrub(method + ": " + verdict.error->message, token_);
  co_return verdict;
}

Duration BotClient::silence() const {
  const auto left = silent_until_ - std::chrono::steady_clock::now();
  return std::max(Duration::zero(), std::chrono::ceil<Duration>(left));
}

}  // namespace malin::adapters::telegram
