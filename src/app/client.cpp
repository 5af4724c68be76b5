#include "app/client.hpp"

#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "app/client_json.hpp"
#include "app/command.hpp"

namespace malin::app {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds answer_limit{20};
constexpr std::chrono::seconds open_limit{10};
constexpr std::chrono::seconds reconnect_pause{1};
// The daemon sends something at least this often, so that a lost connection is noticed.
constexpr std::chrono::seconds silence_limit{45};
constexpr std::size_t shown_max = 300;

// Runs `io` until `task` has ended; what else is at work on it (kept connections) does not matter.
void run(asio::io_context& io, Task<void> task) {
  bool is_over = false;
  asio::co_spawn(io, std::move(task), [&is_over](std::exception_ptr error) {
    is_over = true;
    if (error) std::rethrow_exception(error);
  });
  io.restart();
  while (!is_over && io.run_one() != 0) {}
}

struct Following {
  net::HttpRequest request;
  std::function<bool(const net::StreamEvent&)> take;
  std::string newest;
  bool ends_by_itself = false;
  bool was_good = false;
  bool is_done = false;
};

Task<void> read_refusal(net::HttpStream& stream, net::HttpResponse& refusal) {
  refusal = stream.head();
  for (;;) {
    const Result<std::string> bytes = co_await stream.read_some(open_limit);
    if (!bytes || bytes->empty()) co_return;
    refusal.body += *bytes;
  }
}

Task<Result<void>> read_events(net::HttpStream& stream, Following& following) {
  net::EventParser parser;
  while (!following.is_done) {
    const Result<std::string> bytes = co_await stream.read_some(silence_limit);
    if (!bytes) co_return std::unexpected(bytes.error());
    if (bytes->empty() && following.ends_by_itself) co_return Result<void>{};
    if (bytes->empty()) co_return fail(Errc::unreachable, "the daemon closed the connection");
    const Result<std::vector<net::StreamEvent>> events = parser.feed(*bytes);
    if (!events) co_return std::unexpected(events.error());
    for (const net::StreamEvent& event : *events) {
      if (!event.id.empty()) following.newest = event.id;
      if (!following.is_done) following.is_done = !following.take(event);
    }
  }
  co_return Result<void>{};
}

Task<void> follow_once(net::HttpClient& http, Following& following, Result<void>& out,
                       std::optional<net::HttpResponse>& refusal) {
  net::HttpRequest request = following.request;
  if (!following.newest.empty()) request.headers.set("Last-Event-ID", following.newest);
  Result<std::unique_ptr<net::HttpStream>> stream = co_await http.open(std::move(request), open_limit);
  if (!stream) {
    out = std::unexpected(stream.error());
    co_return;
  }
  if ((*stream)->head().status != 200) {
    co_await read_refusal(**stream, refusal.emplace());
    co_return;
  }
  following.was_good = true;
  out = co_await read_events(**stream, following);
}

Task<void> pause(std::chrono::milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

std::string authorization(const std::string& token) { return "Bearer " + token; }

}  // namespace

std::expected<DaemonClient, Trouble> DaemonClient::make(DaemonAddress address) {
  Result<net::Url> url = net::parse_url(address.url);
  if (!url || !address.url.starts_with("http")) {
    return std::unexpected(Trouble{
        exit_wrong, fmt::format("\"{}\" is not an http address, such as \"http://127.0.0.1:7425\"", address.url)});
  }
  return DaemonClient(std::move(address), std::move(*url));
}

DaemonClient::DaemonClient(DaemonAddress address, net::Url url)
    : address_(std::move(address)),
      io_(std::make_unique<asio::io_context>(1)),
      http_(std::make_unique<net::HttpClient>(io_->get_executor(), std::move(url))) {}

net::HttpRequest DaemonClient::request(std::string method, std::string target) const {
  net::HttpRequest request(std::move(method), std::move(target));
  request.headers.set("Accept", "application/json");
  if (!address_.token.empty()) request.headers.set("Authorization", authorization(address_.token));
  return request;
}

Task<void> DaemonClient::send(DaemonClient& client, net::HttpRequest request, Result<net::HttpResponse>& out) {
  out = co_await client.http_->send(std::move(request), answer_limit);
}

std::expected<Answer, Trouble> DaemonClient::ask(std::string method, std::string target, std::string body) {
  net::HttpRequest asked = request(std::move(method), std::move(target));
  if (!body.empty()) asked.headers.set("Content-Type", "application/json");
  asked.body = std::move(body);
  Result<net::HttpResponse> response = fail(Errc::unreachable, "");
  run(*io_, send(*this, std::move(asked), response));
  if (!response) return std::unexpected(trouble(response.error()));
  if (response->status < 200 || response->status > 299) return std::unexpected(trouble(*response));
  if (response->body.empty()) return Answer{response->status, "", nullptr};
  Result<net::json::value> parsed = net::parse_json(response->body);
  if (!parsed) {
    return std::unexpected(Trouble{
        exit_failed, fmt::format("what answers at {} does not speak as malin does; is it another program?", url())});
  }
  return Answer{response->status, std::move(response->body), std::move(*parsed)};
}

std::expected<void, Trouble> DaemonClient::read(std::string target, std::function<void(const net::StreamEvent&)> take) {
  Following following{.request = request("GET", std::move(target)), .ends_by_itself = true};
  following.take = [&take](const net::StreamEvent& event) {
    take(event);
    return true;
  };
  Result<void> ended;
  std::optional<net::HttpResponse> refusal;
  run(*io_, follow_once(*http_, following, ended, refusal));
  if (refusal) return std::unexpected(trouble(*refusal));
  if (!ended) return std::unexpected(trouble(ended.error()));
  return {};
}

std::expected<void, Trouble> DaemonClient::follow(std::string target, std::function<bool(const net::StreamEvent&)> take,
                                                  std::function<void(const std::string&)> lost) {
  Following following{.request = request("GET", std::move(target)), .take = std::move(take)};
  following.request.headers.set("Accept", "text/event-stream");
  while (!following.is_done) {
    Result<void> ended;
    std::optional<net::HttpResponse> refusal;
    run(*io_, follow_once(*http_, following, ended, refusal));
    if (refusal) return std::unexpected(trouble(*refusal));
    if (ended) continue;
    if (!following.was_good) return std::unexpected(trouble(ended.error()));
    lost(ended.error().message);
    run(*io_, pause(reconnect_pause));
  }
  return {};
}

void DaemonClient::wait(std::chrono::milliseconds length) { run(*io_, pause(length)); }

Trouble DaemonClient::trouble(const Error& error) const {
  if (error.code == Errc::timeout) {
    return {exit_no_daemon, fmt::format("malin at {} does not answer in time; look at its log: "
                                        "journalctl --user -u malin -n 50",
                                        url())};
  }
  if (error.code == Errc::unreachable) {
    return {
        exit_no_daemon,
        fmt::format("malin is not running at {} ({}).\nStart it with: malin serve --config FILE, or: systemctl --user "
                    "start malin\nIf it runs elsewhere, say where with --url, --config or MALIN_URL.",
                    url(), error.message)};
  }
  return {exit_failed, fmt::format("no usable answer from {}: {}", url(), error.message)};
}

Trouble DaemonClient::trouble(const net::HttpResponse& response) const {
  const Result<net::json::value> body = net::parse_json(response.body);
  const std::string detail = body ? text_of(*body, "detail") : "";
  if (response.status == 401) {
    return {exit_failed, fmt::format("malin at {} wants its token: set MALIN_API_TOKEN, or give --config with the file "
                                     "that it was started with",
                                     url())};
  }
  if (!detail.empty()) return {exit_failed, detail};
  return {exit_failed, fmt::format("{} answered {} {}: {}; is that malin?", url(), response.status,
                                   net::reason_phrase(response.status), printable(response.body.substr(0, shown_max)))};
}

}  // namespace malin::app
