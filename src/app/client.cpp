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

constexpr std::chrono::seconds open_limit{10};
constexpr std::chrono::seconds reconnect_pause{1};
// The daemon sends something at least this often, so that a lost connection is noticed.
constexpr std::chrono::seconds silence_limit{45};
constexpr std::size_t shown_max = 300;

// Runs `io` until `task` has ended; what else is at work on it (kept connections) does not matter.
template <class T>
T run(asio::io_context& io, Task<T> task) {
  std::optional<T> out;
  asio::co_spawn(io, std::move(task), [&out](std::exception_ptr error, T ended) {
    if (error) std::rethrow_exception(error);
    out.emplace(std::move(ended));
  });
  io.restart();
  while (!out && io.run_one() != 0) {}
  return std::move(*out);
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

// A refusal is told apart from an end.
struct Ended {
  Result<void> how;
  std::optional<net::HttpResponse> refusal;
};

Task<Ended> follow_once(net::HttpClient& http, Following& following) {
  Ended ended;
  net::HttpRequest request = following.request;
  if (!following.newest.empty()) request.headers.set("Last-Event-ID", following.newest);
  Result<std::unique_ptr<net::HttpStream>> stream = co_await http.open(std::move(request), open_limit);
  if (!stream) {
    ended.how = std::unexpected(stream.error());
  } else if ((*stream)->head().status != 200) {
    co_await read_refusal(**stream, ended.refusal.emplace());
  } else {
    following.was_good = true;
    ended.how = co_await read_events(**stream, following);
  }
  co_return ended;
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

Task<std::expected<Answer, Trouble>> DaemonClient::ask_meanwhile(std::string method, std::string target,
                                                                 std::string body) {
  net::HttpRequest asked = request(std::move(method), std::move(target));
  if (!body.empty()) asked.headers.set("Content-Type", "application/json");
  asked.body = std::move(body);
  Result<net::HttpResponse> response = co_await http_->send(std::move(asked), patience_);
  if (!response) co_return std::unexpected(trouble(response.error()));
  if (response->status < 200 || response->status > 299) co_return std::unexpected(trouble(*response));
  if (response->body.empty()) co_return Answer{response->status, "", nullptr};
  Result<net::json::value> parsed = net::parse_json(response->body);
  if (!parsed) {
    co_return std::unexpected(Trouble{
        exit_failed, fmt::format("what answers at {} does not speak as malin does; is it another program?", url())});
  }
  co_return Answer{response->status, std::move(response->body), std::move(*parsed)};
}

std::expected<Answer, Trouble> DaemonClient::ask(std::string method, std::string target, std::string body) {
  return run(*io_, ask_meanwhile(std::move(method), std::move(target), std::move(body)));
}

std::expected<void, Trouble> DaemonClient::read(std::string target, std::function<void(const net::StreamEvent&)> take) {
  Following following{.request = request("GET", std::move(target)), .ends_by_itself = true};
  following.take = [&take](const net::StreamEvent& event) {
    take(event);
    return true;
  };
  const Ended ended = run(*io_, follow_once(*http_, following));
  if (ended.refusal) return std::unexpected(trouble(*ended.refusal));
  if (!ended.how) return std::unexpected(trouble(ended.how.error()));
  return {};
}

Task<std::expected<void, Trouble>> DaemonClient::follow_meanwhile(std::string target,
                                                                  std::function<bool(const net::StreamEvent&)> take,
                                                                  std::function<void(const std::string&)> lost) {
  Following following{.request = request("GET", std::move(target)), .take = std::move(take)};
  following.request.headers.set("Accept", "text/event-stream");
  while (!following.is_done) {
    const Ended ended = co_await follow_once(*http_, following);
    if (ended.refusal) co_return std::unexpected(trouble(*ended.refusal));
    if (ended.how) continue;
    if (!following.was_good) co_return std::unexpected(trouble(ended.how.error()));
    lost(ended.how.error().message);
    co_await pause(reconnect_pause);
  }
  co_return std::expected<void, Trouble>{};
}

std::expected<void, Trouble> DaemonClient::follow(std::string target, std::function<bool(const net::StreamEvent&)> take,
                                                  std::function<void(const std::string&)> lost) {
  return run(*io_, follow_meanwhile(std::move(target), std::move(take), std::move(lost)));
}

void DaemonClient::wait(std::chrono::milliseconds length) {
  asio::steady_timer timer(*io_, length);
  timer.wait();
}

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
