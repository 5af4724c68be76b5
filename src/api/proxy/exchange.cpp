#include "api/proxy/exchange.hpp"

#include <utility>

#include "api/proxy/answer_away.hpp"
#include "api/proxy/head_format.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t repeat_bytes_max = 16 << 10;

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

}  // namespace

Exchange::Exchange(Connection& connection)
    : connection_(connection),
      shared_(connection.shared()),
      client_(connection.client()),
      outgoing_(connection.outgoing()) {}

Exchange::~Exchange() {
  if (is_speaking_) shared_.house.leave_turn();
  leave_room();
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
  expects_continue_ = head.expects_continue;
  const RequestChange change{.host = shared_.host,
                             .plain_text = route_.speaks && shared_.options.cuts_tags,
                             .upgrades = upgrades_,
                             .plain_frames = route_.is_socket};
  outgoing_.clear();
  format_request(head, change, outgoing_);
  request_.begin(head.body_end, head.body_bytes);
  client_.consume(head.bytes);
}

Task<bool> Exchange::run() {
  take_head();
  if (route_.uses_model && !may_pass()) {
    const bool is_admitted = co_await admit();
    if (!is_admitted) co_return keeps_alive_;
  }
  for (;;) {
    if (!reuse_server()) {
      const bool is_connected = co_await connect_server();
      if (!is_connected && !is_guest_) co_return co_await fail(502, shared_.host + " does not answer");
      if (!is_connected) {
        const bool goes_on = co_await wait_again();
        if (!goes_on) co_return keeps_alive_;
        continue;
      }
    }
    const Outcome outcome = co_await relay();
    switch (outcome) {
      case Outcome::done:
        release_server();
        if (request_.is_done()) co_return keeps_alive_;
        co_await connection_.linger();
        co_return false;
      case Outcome::tunnel:
        co_await tunnel();
        co_return false;
      case Outcome::lost:
        is_repeat_ = may_repeat();
        if (is_repeat_) continue;
        co_return co_await fail(502, shared_.host + " hung up");
      case Outcome::broken:
        co_return co_await fail(502, shared_.host + " gave an answer that is not HTTP/1.1");
      case Outcome::gone:
      case Outcome::going:
        co_return false;
    }
  }
}

bool Exchange::reuse_server() {
  if (server_) return false;  // That one was stale.
  std::shared_ptr<Peer> idle = shared_.pool.take();
  if (!idle) return false;
  use_server(std::move(idle), true);
  return true;
}

Task<bool> Exchange::connect_server() {
  if (server_) server_->close();
  server_ = nullptr;
  connection_.give(shared_.limits.connect + std::chrono::seconds(2));
  auto connected = co_await shared_.pool.connect(shared_.limits.connect);
  if (!connected) co_return false;
  use_server(std::move(*connected), false);
  co_return true;
}

void Exchange::use_server(std::shared_ptr<Peer> server, bool is_reused) {
  server_ = std::move(server);
  server_->set_owner(&connection_.wake());
  is_reused_ = is_reused;
  can_repeat_ = is_reused && is_safe_;
  is_sent_ = false;
}

// A server may close an idle connection just when it is used again. Then nothing was answered, and what can be done
// twice without harm is sent once more.
bool Exchange::may_repeat() const { return is_reused_ && can_repeat_ && !has_answer_; }

Task<Exchange::Outcome> Exchange::relay() {
  connection_.give(shared_.limits.silence);
  std::size_t moved = 0;
  for (;;) {
    pass_request();
    if (request_.is_broken()) {
      keeps_alive_ = co_await fail(400, "the body is not well chunked");
      co_return Outcome::gone;
    }
    const Outcome outcome = pass_answer();
    if (outcome != Outcome::going) co_return outcome;
    if (client_.has_ended() || client_.is_broken() || shared_.is_stopped) co_return Outcome::gone;
    if (connection_.is_late()) {
      keeps_alive_ = co_await fail(504, shared_.host + " took too long");
      co_return Outcome::gone;
    }
    const std::size_t all_moved = client_.moved() + server_->moved();
    if (all_moved != std::exchange(moved, all_moved)) connection_.give(shared_.limits.silence);
    ask_for_more();
    while (!connection_.wake().take()) co_await connection_.wake().sleep();
  }
}

void Exchange::pass_request() {
  if (!is_sent_) begin_request();
  if (request_.is_done() || client_.in().empty() || server_->unsent() > unsent_bytes_max) return;
  const std::size_t taken = request_.take(client_.in());
  const std::string_view body = client_.in().substr(0, taken);
  can_repeat_ = can_repeat_ && outgoing_.size() + taken <= repeat_bytes_max;
  if (can_repeat_) outgoing_.append(body);
  server_->send(body);
  client_.consume(taken);
}

void Exchange::begin_request() {
  is_sent_ = true;
  if (is_repeat_) return server_->send(outgoing_);  // `client_` goes on where that ends.
  std::size_t taken = 0;
  if (prefix_.empty()) taken = request_.take(client_.in());
  const std::string_view body = prefix_.empty() ? client_.in().substr(0, taken) : std::string_view(prefix_);
  if (outgoing_.size() + body.size() <= repeat_bytes_max) {
    server_->send(outgoing_.append(body));
  } else {
    can_repeat_ = false;
    server_->send(outgoing_, body);
  }
  client_.consume(taken);
  prefix_ = std::string();
}

void Exchange::ask_for_more() {
  if (request_.is_done() || server_->unsent() <= unsent_bytes_max) client_.read();
  if (client_.unsent() <= unsent_bytes_max) server_->read();
}

// Back to where others find it, if it can take another request.
void Exchange::release_server() {
  const bool is_whole = request_.is_done() && server_->unsent() == 0;
  if (!is_whole || !server_keeps_alive_) return;
  shared_.pool.put(std::move(server_), shared_.now);
  server_ = nullptr;
}

// With an answer of our own, unless the server's has begun: then all that is left is to break it off.
Task<bool> Exchange::fail(unsigned status, std::string message) {
  if (has_answer_) co_return false;
  Answer error = format_error(route_.dialect, status, message);
  co_return co_await answer(std::move(error));
}

Task<bool> Exchange::answer(Answer answer) {
  if (has_begun_stream_) {
    say(answer.status == 200 ? answer.body : format_event(true, answer.body));
    end_stream();
  } else {
    keeps_alive_ = keeps_alive_ && request_.is_done() && !is_http_1_0_;
    client_.send(format_answer(answer, keeps_alive_, is_head_));
  }
  has_answer_ = true;
  if (!request_.is_done()) {
    keeps_alive_ = false;
    co_await connection_.linger();
  }
  co_return keeps_alive_;
}

}  // namespace malin::api::proxy
