#include "net/http_client.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

#include "net/link.hpp"
#include "net/wire.hpp"

namespace malin::net {

namespace asio = boost::asio;
using HttpError = boost::beast::http::error;

namespace {

constexpr std::size_t kHeaderBytesMax = 64 << 10;
constexpr std::size_t kIdleMax = 4;
// Servers close idle connections on their own, common ones after 5 s: not used again when that is near.
constexpr std::chrono::seconds kIdleFor{4};

// One request and what has become of it.
struct Conversation {
  HttpRequest request;
  std::string head;
  std::optional<std::size_t> body_max;
  std::shared_ptr<Link> link;
  std::unique_ptr<ResponseParser> parser;
  bool sent = false;   // The whole request.
  bool heard = false;  // At least a byte of an answer.
};

using ConversationPtr = std::shared_ptr<Conversation>;

bool is_repeatable(const std::string& method) { return method == "GET" || method == "HEAD"; }

bool is_text(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void listen_anew(Conversation& talk) {
  talk.parser = std::make_unique<ResponseParser>();
  talk.parser->header_limit(kHeaderBytesMax);
  talk.parser->body_limit(boost::none);
  if (talk.body_max) talk.parser->body_limit(*talk.body_max);
  if (talk.request.method == "HEAD") talk.parser->skip(true);
}

Error failure(const Conversation& talk, ErrorCode error) {
  // Without the query, which may hold a secret.
  const std::string what = talk.request.method + " " + std::string(path_of(talk.request.target)) + ": ";
  if (error == HttpError::body_limit) {
    return Error{Errc::refused, what + "the answer is over " + std::to_string(talk.body_max.value_or(0)) + " bytes"};
  }
  const bool is_http_error = error.category() == make_error_code(HttpError::partial_message).category();
  if (is_http_error && error != HttpError::partial_message) {
    return Error{Errc::bad_reply, what + "the answer is not HTTP: " + error.message()};
  }
  if (!talk.sent) return Error{Errc::unreachable, what + "the request was not sent: " + error.message()};
  if (error == asio::error::timed_out) return Error{Errc::timeout, what + "no whole answer in time"};
  return Error{Errc::timeout, what + "the connection was lost before the whole answer: " + error.message()};
}

// Gives the parser what is there, or else waits for more.
Task<ErrorCode> advance(ConversationPtr talk, TimePoint until) {
  ErrorCode error;
  const auto taken = talk->parser->feed(talk->link->buffered(), error);
  talk->link->consume(taken);
  if (error || taken != 0) co_return error;
  error = co_await talk->link->fill(until);
  if (!error) talk->heard = true;
  if (error != asio::error::eof) co_return error;
  error = HttpError::partial_message;
  // The end of the connection may be the end of the body.
  if (talk->parser->got_some()) talk->parser->put_eof(error);
  co_return error;
}

// Sends the request and reads the head of the answer.
Task<Result<void>> ask(ConversationPtr talk, TimePoint until) {
  const auto unsent = co_await talk->link->write(talk->head, talk->request.body, until);
  if (unsent == asio::error::timed_out) co_return std::unexpected(failure(*talk, unsent));
  // A server may answer and hang up without reading a body that it does not want: look for that answer.
  talk->sent = !unsent;
  listen_anew(*talk);
  while (!talk->parser->is_header_done()) {
    const auto error = co_await advance(talk, until);
    if (error) co_return std::unexpected(failure(*talk, unsent && !talk->heard ? unsent : error));
    const bool is_interim = talk->parser->is_done() && talk->parser->message().status / 100 == 1;
    if (is_interim && talk->parser->message().status != 101) listen_anew(*talk);
  }
  co_return Result<void>();
}

class Stream final : public HttpStream {
 public:
  explicit Stream(ConversationPtr talk) : talk_(std::move(talk)) {
    head_.status = talk_->parser->message().status;
    head_.headers = talk_->parser->message().headers;
  }

  const HttpResponse& head() const override { return head_; }
  Task<Result<std::string>> read_some(std::chrono::milliseconds limit) override { return read(talk_, from_now(limit)); }

 private:
  static Task<Result<std::string>> read(ConversationPtr talk, TimePoint until) {
    while (talk->parser->message().body.empty()) {
      if (talk->parser->is_done()) co_return std::string();
      const auto error = co_await advance(talk, until);
      if (!error) continue;
      auto said = failure(*talk, error);
      // The answer itself has come, so a lost connection leaves no doubt about the request.
      if (said.code == Errc::timeout && error != asio::error::timed_out) said.code = Errc::unreachable;
      if (said.code != Errc::timeout) talk->link->close();
      co_return std::unexpected(std::move(said));
    }
    co_return std::exchange(talk->parser->message().body, std::string());
  }

  ConversationPtr talk_;
  HttpResponse head_;
};

}  // namespace

struct HttpClient::Impl {
  struct Idle {
    std::shared_ptr<Link> link;
    TimePoint since;
  };

  Impl(asio::any_io_executor executor_, Url base_) : executor(std::move(executor_)), base(std::move(base_)) {}

  std::shared_ptr<Link> take_idle() {
    const auto oldest = std::chrono::steady_clock::now() - kIdleFor;
    while (!idle.empty()) {
      const auto newest = std::move(idle.back());
      idle.pop_back();
      if (newest.since > oldest && newest.link->is_quiet()) return newest.link;
    }
    return nullptr;
  }

  void keep(const Conversation& talk) {
    if (!talk.sent || !talk.parser->is_done() || !talk.parser->keep_alive() || !talk.link->is_quiet()) return;
    if (idle.size() == kIdleMax) idle.pop_front();
    idle.push_back({talk.link, std::chrono::steady_clock::now()});
  }

  asio::any_io_executor executor;
  Url base;
  std::deque<Idle> idle;  // Newest last.
};

namespace {

// Up to the head of the answer. Only requests that can be repeated go out on a used connection: when one that was just
// hung up swallows them, nothing is lost. Others would have to be reported as perhaps received.
template <class Impl>
Task<Result<ConversationPtr>> start(std::shared_ptr<Impl> impl, HttpRequest request,
                                    std::optional<std::size_t> body_max, TimePoint until) {
  if (!is_text(request.method) || !is_text(impl->base.path + request.target)) {
    co_return fail(Errc::refused, "a request with a broken method or target");
  }
  auto talk = std::make_shared<Conversation>();
  talk->head = format_request_head(request, impl->base);
  talk->request = std::move(request);
  talk->body_max = body_max;
  if (is_repeatable(talk->request.method)) talk->link = impl->take_idle();
  if (talk->link) {
    auto asked = co_await ask(talk, until);
    if (asked) co_return talk;
    if (talk->heard || std::chrono::steady_clock::now() >= until) co_return std::unexpected(asked.error());
    talk->sent = false;
  }
  auto link = co_await dial(impl->executor, impl->base, until);
  if (!link) co_return std::unexpected(link.error());
  talk->link = std::move(*link);
  const auto asked = co_await ask(talk, until);
  if (!asked) co_return std::unexpected(asked.error());
  co_return talk;
}

template <class Impl>
Task<Result<HttpResponse>> send_and_receive(std::shared_ptr<Impl> impl, HttpRequest request, TimePoint until,
                                            std::size_t body_max) {
  const auto talk = co_await start(impl, std::move(request), body_max, until);
  if (!talk) co_return std::unexpected(talk.error());
  const ConversationPtr& conversation = *talk;
  while (!conversation->parser->is_done()) {
    const auto error = co_await advance(conversation, until);
    if (error) co_return std::unexpected(failure(*conversation, error));
  }
  impl->keep(*conversation);
  co_return std::move(conversation->parser->message());
}

template <class Impl>
Task<Result<std::unique_ptr<HttpStream>>> open_stream(std::shared_ptr<Impl> impl, HttpRequest request,
                                                      TimePoint until) {
  auto talk = co_await start(impl, std::move(request), std::nullopt, until);
  if (!talk) co_return std::unexpected(talk.error());
  co_return std::make_unique<Stream>(std::move(*talk));
}

}  // namespace

HttpClient::HttpClient(asio::any_io_executor executor, Url base)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(base))) {}

HttpClient::~HttpClient() = default;

Task<Result<HttpResponse>> HttpClient::send(HttpRequest request, std::chrono::milliseconds limit,
                                            std::size_t body_max) {
  return send_and_receive(impl_, std::move(request), from_now(limit), body_max);
}

Task<Result<std::unique_ptr<HttpStream>>> HttpClient::open(HttpRequest request, std::chrono::milliseconds limit) {
  return open_stream(impl_, std::move(request), from_now(limit));
}

const Url& HttpClient::base() const { return impl_->base; }

}  // namespace malin::net
