#include "rig/telegram_face.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "net/http_server.hpp"
#include "net/url.hpp"
#include "rig/media_reply.hpp"
#include "rig/telegram_inbox.hpp"
#include "rig/telegram_methods.hpp"

namespace malin::rig {

namespace asio = boost::asio;

namespace {

constexpr Duration poll_step{50};
constexpr std::int64_t long_poll_max = 50;  // Seconds.
constexpr std::int64_t updates_max = 100;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

net::HttpResponse envelope(const BotResult& result) {
  if (result) { return {200, "application/json", json::serialize(json::object{{"ok", true}, {"result", *result}})}; }
  json::object body{{"ok", false}, {"error_code", result.error().code}, {"description", result.error().description}};
  return {static_cast<unsigned>(result.error().code), "application/json", json::serialize(body)};
}

net::HttpResponse refusal(int code, std::string description) {
  return envelope(std::unexpected(world::TelegramRefusal{code, std::move(description)}));
}

net::HttpResponse too_many(std::int64_t seconds) {
  const json::object body{{"ok", false},
                          {"error_code", 429},
                          {"description", fmt::format("Too Many Requests: retry after {}", seconds)},
                          {"parameters", json::object{{"retry_after", seconds}}}};
  net::HttpResponse response(429, "application/json", json::serialize(body));
  response.headers.set("Retry-After", fmt::format("{}", seconds));
  return response;
}

net::HttpResponse bad_gateway() {
  return {502, "text/html",
          "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>"
          "\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"};
}

// Counts itself while it lives.
class Waiting {
 public:
  explicit Waiting(int& count) : count_(count) { ++count_; }
  ~Waiting() { --count_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  int& count_;
};

}  // namespace

struct TelegramFace::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::any_io_executor executor_, Clock& clock_, world::Faults& faults_, TelegramOptions options_)
      : executor(std::move(executor_)),
        clock(clock_),
        faults(faults_),
        options(std::move(options_)),
        telegram(clock_, options.world) {
    faults.declare("telegram.too_many", "429, retry after `amount` seconds; text: only this method");
    faults.declare("telegram.html", "502 with a page of HTML; text: only this method");
    faults.declare("telegram.answer.lost", "the call takes effect and its answer never comes; text: only this method");
    faults.declare("telegram.slow", "answers come `amount` seconds late; text: only this method");
    faults.declare("telegram.hangs", "the port takes connections and nothing answers");
    faults.declare("telegram.blocked", "the person has blocked the bot: 403");
    faults.declare("telegram.too_large", "413 as the front server gives it; text: only this method");
  }

  Result<std::uint16_t> open() {
    net::ServerLimits limits;
    limits.body_bytes_max = 64 << 20;
    const std::weak_ptr<Impl> weak = weak_from_this();
    server = std::make_unique<net::HttpServer>(
        executor, [weak](net::Exchange& exchange) { return serve(weak.lock(), exchange); }, limits);
    const Result<std::uint16_t> bound = server->listen(address, port);
    if (bound) {
      port = *bound;
    } else {
      server.reset();
    }
    return bound;
  }

  void close() {
    if (server) server->stop();
    server.reset();
  }

  std::optional<world::FaultSpec> fires(const char* name, const std::string& method) {
    const world::FaultSpec* fault = faults.find(name);
    if (!fault || (!fault->text.empty() && lower(fault->text) != method)) return std::nullopt;
    return faults.fires(name);
  }

  static Task<void> serve(std::shared_ptr<Impl> self, net::Exchange& exchange) {
    if (!self) co_return;
    while (self->faults.find("telegram.hangs")) {
      const TimePoint look_again = self->clock.now() + poll_step;
      co_await self->clock.sleep_until(look_again);
    }
    const std::string path(net::path_of(exchange.request().target));
    const bool calls = path.starts_with("/bot");
    Task<std::optional<net::HttpResponse>> answering =
        calls ? answer_call(self, exchange.request(), path) : answer_page(self, exchange.request(), path);
    std::optional<net::HttpResponse> response = co_await std::move(answering);
    if (!response) {
      exchange.abort();
      co_return;
    }
    const Result<void> sent = co_await exchange.respond(std::move(*response));
    (void)sent;
  }

  // nullopt: the answer is lost.
  static Task<std::optional<net::HttpResponse>> answer_call(std::shared_ptr<Impl> self, net::HttpRequest request,
                                                            std::string path) {
    const std::string rest = path.substr(4);
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos) co_return refusal(404, "Not Found");
    const std::string method = lower(rest.substr(slash + 1));
    const Result<std::string> token = net::percent_decode(rest.substr(0, slash));
    if (!token || *token != self->options.token) co_return refusal(401, "Unauthorized");
    if (const auto slow = self->fires("telegram.slow", method)) {
      const TimePoint late = self->clock.now() + Duration{static_cast<std::int64_t>(slow->amount * 1000)};
      co_await self->clock.sleep_until(late);
    }
    if (const auto busy = self->fires("telegram.too_many", method)) {
      co_return too_many(std::max<std::int64_t>(1, static_cast<std::int64_t>(busy->amount)));
    }
    if (self->fires("telegram.html", method)) co_return bad_gateway();
    if (self->fires("telegram.too_large", method)) co_return refusal(413, "Request Entity Too Large");
    self->telegram.block(self->faults.find("telegram.blocked") != nullptr);
    const Result<BotParams> params = BotParams::parse(request);
    if (!params) co_return refusal(400, params.error().message);
    net::HttpResponse response;
    if (method == "getupdates") {
      Task<net::HttpResponse> waiting = get_updates(self, *params);
      response = co_await std::move(waiting);
    } else {
      const std::optional<BotResult> result = call_method(self->telegram, method, *params);
      response = result ? envelope(*result) : refusal(404, "Not Found: method not found");
    }
    if (self->fires("telegram.answer.lost", method)) co_return std::nullopt;
    co_return response;
  }

  // A newer call ends an older one, as with two bots of the same token.
  static Task<net::HttpResponse> get_updates(std::shared_ptr<Impl> self, BotParams params) {
    const std::int64_t offset = params.integer("offset").value_or(0);
    const std::int64_t limit = std::clamp<std::int64_t>(params.integer("limit").value_or(100), 1, updates_max);
    const std::int64_t seconds = std::clamp<std::int64_t>(params.integer("timeout").value_or(0), 0, long_poll_max);
    const TimePoint until = self->clock.now() + std::chrono::seconds{seconds};
    const int mine = ++self->polls;
    if (!self->telegram.webhook().empty()) {
      co_return refusal(409,
                        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
                        "the webhook first");
    }
    const Waiting waiting(self->waiting);
    for (;;) {
      const auto updates = self->telegram.updates(offset, static_cast<std::size_t>(limit));
      if (!updates.empty() || self->clock.now() >= until) {
        const BotResult result = json::value(updates_json(self->telegram, updates));
        co_return envelope(result);
      }
      const TimePoint look_again = self->clock.now() + poll_step;
      co_await self->clock.sleep_until(look_again);
      if (self->polls != mine) {
        co_return refusal(409,
                          "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
                          "running");
      }
    }
  }

  static Task<std::optional<net::HttpResponse>> answer_page(std::shared_ptr<Impl> self, net::HttpRequest request,
                                                            std::string path) {
    const bool get = request.method == "GET" || request.method == "HEAD";
    if (get && path == "/") { co_return net::HttpResponse(200, "text/html; charset=utf-8", std::string(inbox_page())); }
    if (get && path == "/inbox.json") {
      const json::object inbox = inbox_json(self->telegram, self->clock.now());
      co_return net::HttpResponse(200, "application/json", json::serialize(inbox));
    }
    if (get && path.starts_with("/media/")) co_return self->media(request, path.substr(7));
    const std::string downloads = "/file/bot" + self->options.token + "/";
    if (get && path.starts_with(downloads)) {
      const std::string name = path.substr(path.rfind('/') + 1);
      co_return self->media(request, name.substr(0, name.find('.')));
    }
    if (request.method == "POST" && path == "/say") {
      self->telegram.say(request.body);
      co_return net::HttpResponse(204, "text/plain", "");
    }
    if (request.method == "POST" && path == "/press") {
      const Result<json::value> body = net::parse_json(request.body);
      if (!body) co_return net::HttpResponse(400, "text/plain", body.error().message);
      const auto pressed = self->telegram.press(net::find_int(*body, "message").value_or(0),
                                                net::find_string(*body, "data").value_or(""));
      co_return net::HttpResponse(pressed ? 204 : 404, "text/plain", pressed ? "" : pressed.error().message);
    }
    co_return refusal(404, "Not Found");
  }

  net::HttpResponse media(const net::HttpRequest& request, const std::string& id) const {
    const auto file = telegram.file(whole_file_id(id));
    if (!file) return refusal(404, "Not Found");
    return file_response(request, file->bytes, file->mime);
  }

  asio::any_io_executor executor;
  Clock& clock;
  world::Faults& faults;
  TelegramOptions options;
  world::Telegram telegram;
  std::string address;
  std::uint16_t port = 0;
  std::unique_ptr<net::HttpServer> server;
  int polls = 0;
  int waiting = 0;  // Polls under way.
};

TelegramFace::TelegramFace(asio::any_io_executor executor, Clock& clock, world::CardLedger&, world::Faults& faults,
                           TelegramOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), clock, faults, std::move(options))) {}

TelegramFace::~TelegramFace() { impl_->close(); }

Result<std::uint16_t> TelegramFace::listen(const std::string& address, std::uint16_t port) {
  impl_->address = address;
  impl_->port = port;
  return impl_->open();
}

void TelegramFace::stop() { impl_->close(); }

void TelegramFace::kill() { impl_->close(); }

Result<void> TelegramFace::revive() {
  const Result<std::uint16_t> bound = impl_->open();
  if (!bound) return std::unexpected(bound.error());
  return {};
}

bool TelegramFace::alive() const { return impl_->server != nullptr; }

bool TelegramFace::is_read() const { return impl_->waiting > 0; }

world::Telegram& TelegramFace::telegram() { return impl_->telegram; }

}  // namespace malin::rig
