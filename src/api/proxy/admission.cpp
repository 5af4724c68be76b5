// Whether a request may go on (api/proxy/exchange.hpp).
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "api/proxy/answer_away.hpp"
#include "api/proxy/exchange.hpp"
#include "api/proxy/head_format.hpp"
#include "api/proxy/json_walk.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t wish_bytes_max = 1 << 20;  // Of a body that is looked at before it goes on.

struct Wish {
  std::string model;
  bool as_stream = false;
};

// The last member of a name counts, as in most readers of JSON.
Wish parse_wish(std::string_view body) {
  Wish wish;
  walk_json(body, [&](const JsonPath& path, JsonScalar scalar) {
    if (path.size() != 1 || path.front().index >= 0) return;
    const std::string key = unescape(path.front().key);
    const std::string_view raw = body.substr(scalar.begin, scalar.end - scalar.begin);
    if (key == "model" && scalar.is_string) wish.model = unescape(raw);
    if (key == "stream") wish.as_stream = raw == "true";
  });
  return wish;
}

}  // namespace

// The usual case, in which there is nothing to wait for.
bool Exchange::may_pass() {
  if (!shared_.house.is_everyone_here() || shared_.room.size() != 0) return false;
  if (route_.speaks) is_speaking_ = shared_.house.join_turn();
  return is_speaking_ || !route_.speaks;
}

Task<bool> Exchange::admit() {
  House& house = shared_.house;
  if (house.is_everyone_here() && shared_.room.size() == 0) {
    const bool may = co_await speak();
    if (may) co_return true;
  }
  const bool is_read = co_await read_wish();
  if (!is_read) co_return false;
  Standing standing = house.look_up(model_);
  if (!standing.is_away && !shared_.room.has_guest(standing.name)) {
    const bool may = co_await speak();
    if (may) co_return true;
    standing = house.look_up(model_);
  }
  const AwayPolicy policy = policy_for(standing);
  if (policy != AwayPolicy::hold) co_return co_await turn_away(std::move(standing), policy);
  co_return co_await hold(standing);
}

// Begins or joins the turn, where there is one to begin.
Task<bool> Exchange::speak() {
  if (!route_.speaks) co_return true;
  is_speaking_ = shared_.house.join_turn();
  if (!is_speaking_) {
    std::string model = model_;
    is_speaking_ = co_await shared_.house.begin_turn(std::move(model));
  }
  co_return is_speaking_;
}

// Reads the body, or as much of it as is looked at, for the model that it names. false: the client has gone.
Task<bool> Exchange::read_wish() {
  if (expects_continue_) {
    drop_field("expect", outgoing_);
    if (!request_.is_done() && client_.in().empty()) client_.send("HTTP/1.1 100 Continue\r\n\r\n");
  }
  connection_.give(shared_.limits.head);
  std::string data;
  for (;;) {
    const std::size_t taken = request_.take(client_.in(), &data);
    prefix_.append(client_.in().substr(0, taken));
    client_.consume(taken);
    if (request_.is_done() || prefix_.size() >= wish_bytes_max) break;
    if (request_.is_broken()) {
      keeps_alive_ = co_await fail(400, "the body is not well chunked");
      co_return false;
    }
    if (client_.has_ended() || connection_.is_late() || shared_.is_stopped) {
      keeps_alive_ = false;
      co_return false;
    }
    client_.read();
    while (!connection_.wake().take()) co_await connection_.wake().sleep();
  }
  Wish wish = parse_wish(data);
  model_ = std::move(wish.model);
  wants_stream_ = wish.as_stream;
  co_return true;
}

AwayPolicy Exchange::policy_for(const Standing& standing) const {
  const ProxyOptions& options = shared_.options;
  for (const std::string& name : {standing.name, model_})
    if (const auto found = options.away_models.find(name); found != options.away_models.end()) return found->second;
  const auto found = options.away_routes.find(route_.name);
  return found == options.away_routes.end() ? options.away : found->second;
}

std::optional<int> Exchange::retry_after_s(const Standing& standing) const {
  constexpr int usual = 10;
  if (!standing.left) return usual;
  return static_cast<int>(std::clamp<std::int64_t>(standing.left->count() / 1000, 1, 3600));
}

Task<bool> Exchange::turn_away(Standing standing, AwayPolicy policy) {
  Answer reply;
  if (policy == AwayPolicy::answer && can_reply(route_.dialect)) {
    const Said said{.model = model_,
                    .line = standing.line,
                    .unix_seconds = shared_.house.unix_seconds(),
                    .as_stream = wants_stream_};
    reply = format_reply(route_.dialect, said);
  } else {
    reply = format_error(route_.dialect, 503, standing.name + " is away: " + standing.line, retry_after_s(standing));
  }
  keeps_alive_ = co_await answer(std::move(reply));
  co_return false;
}

// Until she is back. Its place in the row is kept until its answer has begun.
Task<bool> Exchange::hold(const Standing& standing) {
  guest_.model = model_;
  guest_.name = standing.name;
  guest_.since = std::chrono::steady_clock::now();
  guest_.speaks = route_.speaks;
  guest_.call = [connection = connection_.weak_from_this(), executor = shared_.executor] {
    boost::asio::post(executor, [connection] {
      if (const auto held = connection.lock()) held->wake().ring();
    });
  };
  is_guest_ = true;
  shared_.room.enter(guest_);
  shared_.room.review();
  co_return co_await wait();
}

// It was called, and the server was gone: it is called again when there is news.
Task<bool> Exchange::wait_again() {
  if (std::exchange(is_speaking_, false)) shared_.house.leave_turn();
  shared_.room.wait_again(guest_);
  co_return co_await wait();
}

Task<bool> Exchange::wait() {
  const Moment until = guest_.since + shared_.options.hold_limit;
  Moment comment_at = std::chrono::steady_clock::now() + shared_.options.comment_interval;
  for (;;) {
    if (guest_.is_called) {
      const bool may = co_await speak();
      if (may) co_return true;
      shared_.room.wait_again(guest_);
    }
    if (client_.has_ended() || client_.is_broken() || shared_.is_stopped) {
      keeps_alive_ = false;
      co_return false;
    }
    const Moment now = std::chrono::steady_clock::now();
    if (now >= until) {
      leave_room();
      co_return co_await turn_away(shared_.house.look_up(model_), AwayPolicy::refuse);
    }
    if (now >= comment_at && wants_stream_) {
      send_comment();
      comment_at = now + shared_.options.comment_interval;
    }
    const Moment next = wants_stream_ ? std::min(until, comment_at) : until;
    connection_.give(std::chrono::ceil<std::chrono::seconds>(next - now));
    client_.read();
    while (!connection_.wake().take()) co_await connection_.wake().sleep();
  }
}

// A sign of life that clients of event streams leave out.
void Exchange::send_comment() {
  if (!has_begun_stream_) {
    has_begun_stream_ = true;
    keeps_alive_ = keeps_alive_ && !is_http_1_0_;
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n";
    if (!is_http_1_0_) head += "Transfer-Encoding: chunked\r\n";
    if (!keeps_alive_) head += "Connection: close\r\n";
    client_.send(head + "\r\n");
  }
  say(": waiting for " + guest_.name + "\n\n");
}

void Exchange::leave_room() {
  if (!std::exchange(is_guest_, false)) return;
  shared_.room.leave(guest_);
}

}  // namespace malin::api::proxy
