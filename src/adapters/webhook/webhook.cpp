#include "adapters/webhook/webhook.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/webhook/signature.hpp"
#include "core/backoff.hpp"
#include "net/json.hpp"

namespace malin::adapters {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t answer_bytes_max = 64 << 10;

Task<void> wait_for(asio::steady_timer& bell) { co_await bell.async_wait(token); }

}  // namespace

Result<std::unique_ptr<Webhook>> Webhook::make(asio::any_io_executor executor, Clock& clock, WebhookOptions options) {
  auto url = net::parse_url(options.url);
  if (!url) return fail(Errc::refused, "the address of the webhook: " + url.error().message);
  auto key = webhook::parse_secret(options.secret);
  if (!key) return fail(Errc::refused, "the webhook: " + key.error().message);
  return std::unique_ptr<Webhook>(
      new Webhook(std::move(executor), clock, std::move(*url), std::move(*key), std::move(options)));
}

Webhook::Webhook(asio::any_io_executor executor, Clock& clock, net::Url url, std::string key, WebhookOptions options)
    : clock_(clock),
      options_(std::move(options)),
      key_(std::move(key)),
      target_(url.path.empty() || (options_.url.ends_with('/') && !options_.url.contains('?')) ? "/" : ""),
      client_(executor, std::move(url)),
      changed_(executor, asio::steady_timer::time_point::max()),
      stopped_(executor, asio::steady_timer::time_point::max()) {}

void Webhook::tell(const std::string& glow, const std::string& line) {
  const TimePoint now = clock_.now();
  const json::object body{{"type", "glow.changed"},
                          {"timestamp", format_time(now)},
                          {"data", json::object{{"glow", glow}, {"line", line}}}};
  next_ = {"msg_" + std::to_string(to_unix_ms(now)) + "_" + std::to_string(++told_), net::format_json(body)};
  changed_.cancel();
}

Task<void> Webhook::run() {
  using namespace asio::experimental::awaitable_operators;
  if (is_stopped_) co_return;
  co_await (serve() || wait_for(stopped_));
}

void Webhook::stop() {
  is_stopped_ = true;
  stopped_.cancel();
}

Task<void> Webhook::serve() {
  for (;;) {
    while (!next_) co_await wait_for(changed_);
    Notice notice = *std::exchange(next_, std::nullopt);
    co_await bring(std::move(notice));
  }
}

// Until it is taken or there is a newer one.
Task<void> Webhook::bring(Notice notice) {
  using namespace asio::experimental::awaitable_operators;
  for (int tries = 1; tries <= options_.tries_max && !next_; ++tries) {
    const Result<void> taken = co_await post(notice);
    if (taken) co_return;
    if (tries == 1 && options_.on_trouble) options_.on_trouble(taken.error());
    Task<void> pause = clock_.sleep_until(clock_.now() + backoff(tries, notice.id));
    if (!next_) co_await (std::move(pause) || wait_for(changed_));
  }
}

Task<Result<void>> Webhook::post(Notice notice) {
  const std::int64_t time = to_unix_ms(clock_.now()) / 1000;
  net::HttpRequest request("POST", target_);
  request.headers.set("Content-Type", "application/json");
  request.headers.set("webhook-id", notice.id);
  request.headers.set("webhook-timestamp", std::to_string(time));
  request.headers.set("webhook-signature", webhook::sign(key_, notice.id, time, notice.body));
  request.body = std::move(notice.body);
  const auto response = co_await client_.send(std::move(request), options_.call_limit, answer_bytes_max);
  if (!response) co_return std::unexpected(response.error());
  if (response->status / 100 == 2) co_return Result<void>();
  co_return fail(Errc::bad_reply, "the webhook answers " + std::to_string(response->status));
}

}  // namespace malin::adapters
