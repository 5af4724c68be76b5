// Requests to the daemon's own address, several to one daemon with everything around it simulated. Each gets one
// answer, which is JSON where it says so; whatever is asked, no answer is a 500 and no header holds a line break.
//
// An input is requests with a line "----" between them: "METHOD TARGET", headers, an empty line, a body.
#include <string>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "api/guard.hpp"
#include "api/routes.hpp"
#include "control/fake_outside.hpp"
#include "fuzz/fuzz.hpp"
#include "net/json.hpp"
#include "net/url.hpp"

using namespace malin;
using namespace malin::api;
using namespace malin::fuzzing;

namespace {

constexpr int requests_max = 8;
constexpr int chunks_max = 8;  // Then the client has gone.

std::string_view take_until(std::string_view& text, std::string_view end) {
  const std::string_view found = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), found.size() + end.size()));
  return found;
}

net::HttpRequest parse_request(std::string_view text) {
  std::string_view first = take_until(text, "\n");
  net::HttpRequest request;
  request.method = take_until(first, " ");
  request.target = first;
  request.headers.add("Host", "localhost");
  for (auto line = take_until(text, "\n"); !line.empty(); line = take_until(text, "\n")) {
    const std::string_view name = take_until(line, ": ");
    request.headers.add(std::string(name), std::string(line));
  }
  request.body = text;
  return request;
}

class FakeExchange final : public net::Exchange {
 public:
  explicit FakeExchange(net::HttpRequest request) : request_(std::move(request)) {}

  const net::HttpRequest& request() const override { return request_; }
  std::string peer() const override { return "127.0.0.1:50000"; }
  Task<Result<void>> respond(net::HttpResponse response) override {
    require(answers_++ == 0);
    check(response.status, response.headers);
    const std::string_view type = response.headers.get("Content-Type");
    const bool is_json = type == "application/json" || type == "application/problem+json";
    require(!is_json || net::parse_json(response.body).has_value());
    require(response.status < 400 || type == "application/problem+json");
    co_return Result<void>{};
  }
  Task<Result<void>> begin(unsigned status, net::Headers headers) override {
    require(answers_++ == 0);
    check(status, headers);
    co_return Result<void>{};
  }
  Task<Result<void>> write(std::string) override {
    require(answers_ == 1);
    if (++chunks_ > chunks_max) co_return fail(Errc::unreachable, "the client has gone");
    co_return Result<void>{};
  }
  Task<Result<void>> end() override { co_return Result<void>{}; }
  void abort() override {}
  Task<Result<std::shared_ptr<net::WebSocket>>> accept_websocket() override {
    co_return fail(Errc::refused, "no WebSocket here");
  }
  int answers() const { return answers_; }

 private:
  static void check(unsigned status, const net::Headers& headers) {
    require(status >= 200 && status < 600 && status != 500 && !net::reason_phrase(status).empty());
    for (const auto& [name, value] : headers) require((name + value).find_first_of("\r\n") == std::string::npos);
  }

  net::HttpRequest request_;
  int answers_ = 0;
  int chunks_ = 0;
};

// As api.cpp serves it.
Task<bool> serve(Backend& backend, FakeExchange& exchange) {
  std::optional<net::HttpResponse> refused = turn_away(exchange.request(), backend.options);
  Found found = find_route(exchange.request().method, net::path_of(exchange.request().target));
  if (refused || found.route == nullptr) co_return false;
  Call call{backend, exchange, std::move(found.name)};
  if (found.route->stream != nullptr) {
    co_await found.route->stream(call);
    co_return true;
  }
  net::HttpResponse response = co_await found.route->answer(call);
  const Result<void> sent = co_await exchange.respond(std::move(response));
  co_return sent.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  spdlog::set_level(spdlog::level::off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = text_of(data, size);
  testing::Home home;
  Backend backend{home.clock, home.config, *home.controller, {}};
  home.start();
  for (int i = 0; i < requests_max && !text.empty(); ++i) {
    FakeExchange exchange(parse_request(take_until(text, "\n----\n")));
    const bool is_served = home.finish(serve(backend, exchange));
    require(exchange.answers() == (is_served ? 1 : 0));
    backend.history.take(home.controller->situation());
  }
  require(std::ssize(home.controller->situation().seen.presence.turns) <= requests_max);
  return 0;
}
