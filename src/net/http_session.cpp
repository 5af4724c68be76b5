#include "net/http_session.hpp"

#include <exception>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/system_error.hpp>

namespace malin::net {

namespace asio = boost::asio;
using HttpError = boost::beast::http::error;

namespace {

// How long a client that was refused may go on sending before the connection is cut. Cut at once it would often lose
// the answer.
constexpr std::chrono::seconds kLinger{2};

std::string address_of(const Tcp::socket& socket) {
  ErrorCode error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return "unknown";
  const auto host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

bool is_cancellation(const std::exception& thrown) {
  const auto* error = dynamic_cast<const boost::system::system_error*>(&thrown);
  return error && error->code() == asio::error::operation_aborted;
}

unsigned status_for(ErrorCode error) {
  if (error == asio::error::timed_out) return 408;
  if (error == HttpError::body_limit) return 413;
  if (error == HttpError::header_limit) return 431;
  return 400;
}

HttpResponse plain_answer(unsigned status) {
  return HttpResponse(status, "text/plain", std::string(reason_phrase(status)) + "\n");
}

}  // namespace

Session::Session(std::shared_ptr<ServerState> server, Tcp::socket socket)
    : server_(std::move(server)),
      link_(std::make_shared<Link>(std::move(socket))),
      peer_(address_of(link_->socket())) {}

Task<void> Session::serve(std::shared_ptr<Session> session) {
  for (bool goes_on = true; goes_on;) {
    goes_on = co_await session->read_request();
    if (!goes_on) break;
    session->answer_ = Answer::none;
    session->keep_alive_ = session->parser_->keep_alive() && !session->server_->is_stopped;
    co_await session->run_handler();
    goes_on = session->answer_ == Answer::whole && session->keep_alive_;
  }
  if (session->answer_ != Answer::upgraded) session->link_->close();
}

void Session::cut() {
  link_->close();
  cancel_.emit(asio::cancellation_type::terminal);
}

Task<bool> Session::read_request() {
  parser_ = std::make_unique<RequestParser>();
  parser_->header_limit(static_cast<std::uint32_t>(server_->limits.header_bytes_max));
  parser_->body_limit(server_->limits.body_bytes_max);
  if (link_->buffered().empty()) {
    const auto none = co_await link_->fill(from_now(server_->limits.idle));
    if (none) co_return false;
  }
  const auto error = co_await read_rest(from_now(server_->limits.request));
  const bool is_gone = error && error.category() != make_error_code(HttpError::need_more).category();
  if (is_gone && error != asio::error::timed_out) co_return false;
  if (error) {
    co_await refuse(status_for(error));
    co_return false;
  }
  const bool is_unknown_coding = parser_->message().headers.has("Transfer-Encoding") && !parser_->chunked();
  const bool is_nameless = !parser_->is_http_1_0() && !parser_->message().headers.has("Host");
  if (is_unknown_coding || is_nameless) {
    co_await refuse(is_unknown_coding ? 501 : 400);
    co_return false;
  }
  request_ = std::move(parser_->message());
  co_return true;
}

Task<ErrorCode> Session::read_rest(TimePoint until) {
  bool is_invited = false;
  for (;;) {
    ErrorCode error;
    const auto taken = parser_->feed(link_->buffered(), error);
    link_->consume(taken);
    if (error || parser_->is_done()) co_return error;
    if (taken != 0) continue;
    if (parser_->is_header_done() && !is_invited && !parser_->is_http_1_0()) {
      is_invited = true;
      if (has_token(parser_->message().headers.get("Expect"), "100-continue")) {
        error = co_await link_->write("HTTP/1.1 100 Continue\r\n\r\n", "", until);
        if (error) co_return error;
      }
    }
    error = co_await link_->fill(until);
    if (error == asio::error::eof) co_return make_error_code(HttpError::partial_message);
    if (error) co_return error;
  }
}

Task<void> Session::refuse(unsigned status) {
  keep_alive_ = false;
  framing_ = Framing::length;
  const auto answer = server_->refusal ? server_->refusal(status) : plain_answer(status);
  auto head = format_response_head(status, answer.headers, Framing::length, answer.body.size(), false);
  const auto sent = co_await send(std::move(head), answer.body);
  if (!sent) co_return;
  link_->end_sending();
  const auto until = from_now(kLinger);
  for (ErrorCode error; !error && std::chrono::steady_clock::now() < until;) {
    link_->consume(link_->buffered().size());
    error = co_await link_->fill(until);
  }
}

Task<void> Session::run_handler() {
  bool has_failed = false;
  try {
    co_await server_->handler(*this);
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) throw;
    has_failed = true;
  }
  if (has_failed) keep_alive_ = false;
  if (answer_ != Answer::none) co_return;
  const auto sent = co_await respond(plain_answer(500));
  if (!sent) keep_alive_ = false;
}

Task<Result<void>> Session::send(std::string head, std::string body) {
  const auto error = co_await link_->write(head, body, from_now(server_->limits.idle));
  if (!error) co_return Result<void>();
  keep_alive_ = false;
  answer_ = Answer::aborted;
  link_->close();
  co_return fail(Errc::unreachable, "the client has gone: " + error.message());
}

Task<Result<void>> Session::respond(HttpResponse response) {
  if (answer_ == Answer::aborted) co_return fail(Errc::unreachable, "the connection is cut");
  if (answer_ != Answer::none) co_return fail(Errc::refused, "answered already");
  answer_ = Answer::whole;
  if (has_token(response.headers.get("Connection"), "close")) keep_alive_ = false;
  const bool is_bodiless = response.status == 204 || response.status == 304 || response.status / 100 == 1;
  const auto framing = is_bodiless ? Framing::no_body : Framing::length;
  auto head = format_response_head(response.status, response.headers, framing, response.body.size(), keep_alive_);
  if (is_bodiless || request_.method == "HEAD") response.body.clear();
  co_return co_await send(std::move(head), std::move(response.body));
}

Task<Result<void>> Session::begin(unsigned status, Headers headers) {
  if (answer_ == Answer::aborted) co_return fail(Errc::unreachable, "the connection is cut");
  if (answer_ != Answer::none) co_return fail(Errc::refused, "answered already");
  answer_ = Answer::streaming;
  if (has_token(headers.get("Connection"), "close")) keep_alive_ = false;
  framing_ = Framing::chunked;
  if (parser_->is_http_1_0()) {
    framing_ = Framing::until_close;
    keep_alive_ = false;
  }
  auto head = format_response_head(status, headers, framing_, 0, keep_alive_);
  if (request_.method == "HEAD" || status == 204 || status == 304) framing_ = Framing::no_body;
  co_return co_await send(std::move(head), std::string());
}

Task<Result<void>> Session::write(std::string chunk) {
  if (answer_ == Answer::aborted) co_return fail(Errc::unreachable, "the client has gone");
  if (answer_ != Answer::streaming) co_return fail(Errc::refused, "no answer has begun");
  // An empty chunk would end the answer.
  if (chunk.empty() || framing_ == Framing::no_body) co_return Result<void>();
  if (framing_ == Framing::chunked) chunk = format_chunk(chunk);
  co_return co_await send(std::string(), std::move(chunk));
}

Task<Result<void>> Session::end() {
  if (answer_ == Answer::aborted) co_return fail(Errc::unreachable, "the client has gone");
  if (answer_ != Answer::streaming) co_return fail(Errc::refused, "no answer has begun");
  answer_ = Answer::whole;
  if (framing_ != Framing::chunked) co_return Result<void>();
  co_return co_await send(std::string(), format_chunk(""));
}

void Session::abort() {
  if (answer_ == Answer::upgraded) return;
  answer_ = Answer::aborted;
  keep_alive_ = false;
  link_->close();
}

Task<Result<std::shared_ptr<WebSocket>>> Session::accept_websocket() {
  if (answer_ != Answer::none) co_return fail(Errc::refused, "answered already");
  // A client may send nothing before the handshake is over (RFC 6455, 4.1).
  if (!parser_->upgrade() || !link_->buffered().empty() || !is_websocket_request(request_)) {
    co_return fail(Errc::refused, "not a WebSocket request");
  }
  answer_ = Answer::upgraded;
  const auto queue = co_await shake_hands_as_server(link_->take_plain(), request_);
  if (!queue) co_return std::unexpected(queue.error());
  if (server_->is_stopped) (*queue)->cut();
  std::erase_if(server_->sockets, [](const auto& socket) { return socket.expired(); });
  server_->sockets.push_back(*queue);
  co_return attach(*queue);
}

}  // namespace malin::net
