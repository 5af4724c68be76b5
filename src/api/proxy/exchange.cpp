#include "api/proxy/exchange.hpp"

#include <utility>

#include "api/proxy/head_format.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t unsent_bytes_max = 128 << 10;  // Before the other side is not read any more.
constexpr std::size_t replay_bytes_max = 16 << 10;

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

}  // namespace

Exchange::Exchange(Connection& connection)
    : connection_(connection), shared_(connection.shared()), client_(connection.client()) {}

Exchange::~Exchange() {
  if (!server_) return;
  server_->set_owner(nullptr);
  server_->close();
}

void Exchange::take_head() {
  const RequestHead& head = shared_.request;
  route_ = find_route(head.method, head.target, head.upgrades);
  is_head_ = head.method == "HEAD";
  is_safe_ = is_idempotent(head.method) || route_.speaks;
  is_http_1_0_ = head.is_http_1_0;
  upgrades_ = head.upgrades && head.method == "GET" && head.body_end == BodyEnd::none;
  keeps_alive_ = head.keeps_alive;
  format_request(head, {.host = shared_.host, .upgrades = upgrades_}, request_head_);
  request_.begin(head.body_end, head.body_bytes);
  client_.consume(head.bytes);
}

Task<bool> Exchange::run() {
  take_head();
  for (;;) {
    const bool is_reached = co_await reach_server();
    if (!is_reached) co_return co_await answer(format_error(route_.dialect, 502, shared_.host + " does not answer"));
    const Outcome outcome = co_await relay();
    switch (outcome) {
      case Outcome::done:
        co_return co_await finish();
      case Outcome::tunnel:
        co_await tunnel();
        co_return false;
      case Outcome::lost:
        if (may_repeat()) continue;
        if (!has_answer_) co_return co_await answer(format_error(route_.dialect, 502, shared_.host + " hung up"));
        co_return false;
      case Outcome::broken:
        if (!has_answer_)
          co_return co_await answer(
              format_error(route_.dialect, 502, shared_.host + " gave an answer that is not HTTP/1.1"));
        co_return false;
      case Outcome::gone:
      case Outcome::going:
        co_return false;
    }
  }
}

Task<bool> Exchange::reach_server() {
  if (server_) server_->close();
  server_ = is_reused_ ? nullptr : shared_.pool.take();  // After one that was stale: a new one.
  is_reused_ = server_ != nullptr;
  if (!server_) {
    connection_.give(shared_.limits.connect + std::chrono::seconds(2));
    auto connected = co_await shared_.pool.connect(shared_.limits.connect);
    if (!connected) co_return false;
    server_ = std::move(*connected);
  }
  server_->set_owner(&connection_.wake());
  can_replay_ = is_reused_ && is_safe_;
  is_sent_ = false;
  co_return true;
}

// A server may close an idle connection just when it is used again. Then nothing was answered, and what can be done
// twice without harm is sent once more.
bool Exchange::may_repeat() const { return is_reused_ && can_replay_ && !has_answer_; }

Task<Exchange::Outcome> Exchange::relay() {
  connection_.give(shared_.limits.silence);
  std::size_t moved = 0;
  for (;;) {
    pass_request();
    if (request_.is_broken()) {
      keeps_alive_ = false;
      if (!has_answer_)
        client_.send(format_answer(format_error(route_.dialect, 400, "the body is not well chunked"), false, is_head_));
      co_await connection_.linger();
      co_return Outcome::gone;
    }
    const Outcome outcome = pass_answer();
    if (outcome != Outcome::going) co_return outcome;
    if (client_.has_ended() || client_.is_broken() || shared_.is_stopped) co_return Outcome::gone;
    if (connection_.is_late()) {
      if (!has_answer_)
        client_.send(
            format_answer(format_error(route_.dialect, 504, shared_.host + " took too long"), false, is_head_));
      co_return Outcome::gone;
    }
    const std::size_t all_moved = client_.moved() + server_->moved();
    if (all_moved != std::exchange(moved, all_moved)) connection_.give(shared_.limits.silence);
    ask_for_more();
    while (!connection_.wake().take()) co_await connection_.wake().sleep();
  }
}

void Exchange::pass_request() {
  if (!is_sent_) {
    is_sent_ = true;
    if (!replay_.empty()) {
      server_->send(replay_);  // For the second time; `client_` goes on where that ends.
    } else {
      const std::size_t taken = request_.take(client_.in());
      const std::string_view body = client_.in().substr(0, taken);
      can_replay_ = can_replay_ && taken + request_head_.size() <= replay_bytes_max;
      if (can_replay_) replay_.append(request_head_).append(body);
      server_->send(request_head_, body);
      client_.consume(taken);
    }
  }
  if (request_.is_done() || client_.in().empty() || server_->unsent() > unsent_bytes_max) return;
  const std::size_t taken = request_.take(client_.in());
  const std::string_view body = client_.in().substr(0, taken);
  can_replay_ = can_replay_ && replay_.size() + taken <= replay_bytes_max;
  if (can_replay_) replay_.append(body);
  server_->send(body);
  client_.consume(taken);
}

void Exchange::ask_for_more() {
  if (request_.is_done() || server_->unsent() <= unsent_bytes_max) client_.read();
  if (client_.unsent() <= unsent_bytes_max) server_->read();
}

Task<bool> Exchange::finish() {
  const bool is_whole = request_.is_done() && server_->unsent() == 0;
  if (is_whole && server_keeps_alive_) {
    shared_.pool.put(std::move(server_), shared_.now);
    server_ = nullptr;
  }
  if (!request_.is_done()) {
    co_await connection_.linger();
    co_return false;
  }
  co_return keeps_alive_;
}

Task<bool> Exchange::answer(Answer answer) {
  const bool is_whole = request_.is_done();
  keeps_alive_ = keeps_alive_ && is_whole;
  client_.send(format_answer(answer, keeps_alive_, is_head_));
  if (!is_whole) co_await connection_.linger();
  co_return keeps_alive_;
}

}  // namespace malin::api::proxy
