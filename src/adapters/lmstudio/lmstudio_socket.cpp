#include "adapters/lmstudio/lmstudio_socket.hpp"

#include <deque>
#include <exception>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ports/task.hpp"

namespace malin::adapters::lmstudio {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kInboxMax = 1024;  // Frames that nobody has taken yet; more is a server gone wild.

Task<void> send_last(std::shared_ptr<net::WebSocket> ws, std::string text) {
  net::WebSocketMessage message(false, std::move(text));
  const Result<void> sent = co_await ws->send(std::move(message));
  static_cast<void>(sent);  // The channel is given up either way; a dead socket cancels it too.
}

}  // namespace

// Where the answers to one call, or the messages of one channel, arrive.
struct Socket::Slot {
  Slot(const asio::any_io_executor& executor, std::int64_t id_, std::string endpoint_, bool channel_)
      : id(id_), endpoint(std::move(endpoint_)), channel(channel_), bell(executor) {}

  void put(Result<Frame> frame) {
    inbox.push_back(std::move(frame));
    bell.cancel();
  }

  std::int64_t id;
  std::string endpoint;
  bool channel;
  std::deque<Result<Frame>> inbox;
  asio::steady_timer bell;  // Cancelled when something arrives.
};

Task<Result<std::shared_ptr<Socket>>> Socket::connect(asio::any_io_executor executor, net::Url url, std::string hello,
                                                      std::chrono::milliseconds limit) {
  net::Headers headers;
  const Result<std::shared_ptr<net::WebSocket>> ws =
      co_await net::connect_websocket(executor, std::move(url), std::move(headers), limit);
  if (!ws) {
    Error error = ws.error();
    if (error.code == Errc::refused || error.code == Errc::not_found) error.code = Errc::bad_reply;
    co_return std::unexpected(std::move(error));
  }
  net::WebSocketMessage message(false, std::move(hello));
  const Result<void> sent = co_await (*ws)->send(std::move(message));
  if (!sent) co_return std::unexpected(sent.error());
  const Result<net::WebSocketMessage> reply = co_await (*ws)->receive(limit);
  if (!reply) co_return std::unexpected(reply.error());
  const Result<void> accepted = parse_hello_reply(reply->data);
  if (!accepted) co_return std::unexpected(accepted.error());
  auto socket = std::make_shared<Socket>(executor, *ws);
  asio::co_spawn(executor, read_all(socket), rethrow);
  co_return socket;
}

Socket::Socket(asio::any_io_executor executor, std::shared_ptr<net::WebSocket> ws)
    : executor_(std::move(executor)), ws_(std::move(ws)) {}

Task<Result<json::value>> Socket::call(std::string endpoint, json::value parameter, std::chrono::milliseconds limit) {
  const auto self = shared_from_this();
  const auto slot = reserve(endpoint, false);
  // Also when the coroutine is cancelled: nobody waits for this answer any more.
  struct Release {
    Socket& socket;
    std::int64_t id;
    ~Release() { socket.release(id); }
  } const release_at_end{*this, slot->id};

  std::string text = format_call(endpoint, slot->id, parameter);
  const Result<void> sent = co_await send(std::move(text));
  if (!sent) co_return std::unexpected(sent.error());
  Result<Frame> frame = co_await next(slot, Steady::now() + limit);
  if (!frame) {
    Error error = frame.error();
    if (error.code == Errc::timeout) {
      bool busy = false;
      for (const auto& [id, other] : slots_) busy = busy || other->channel;
      if (!busy) close();
    }
    co_return std::unexpected(std::move(error));
  }
  if (frame->kind == FrameKind::rpc_result) co_return std::move(frame->body);
  Error error = parse_error(frame->body);
  error.message = "LM Studio, " + endpoint + ": " + error.message;
  co_return std::unexpected(std::move(error));
}

Task<Result<std::unique_ptr<Channel>>> Socket::open(std::string endpoint, json::value parameter) {
  const auto self = shared_from_this();
  const auto slot = reserve(endpoint, true);
  auto channel = std::make_unique<Channel>(self, slot);
  std::string text = format_channel_create(endpoint, slot->id, parameter);
  const Result<void> sent = co_await send(std::move(text));
  if (!sent) co_return std::unexpected(sent.error());
  co_return channel;
}

void Socket::close() { die({Errc::unreachable, "the connection to LM Studio was given up"}); }

std::shared_ptr<Socket::Slot> Socket::reserve(std::string endpoint, bool channel) {
  const std::int64_t id = next_id_++;
  auto slot = std::make_shared<Slot>(executor_, id, std::move(endpoint), channel);
  slots_.emplace(id, slot);
  return slot;
}

void Socket::release(std::int64_t id) { slots_.erase(id); }

Task<Result<Frame>> Socket::next(std::shared_ptr<Slot> slot, Steady::time_point deadline) {
  while (slot->inbox.empty()) {
    if (end_) co_return std::unexpected(*end_);
    if (Steady::now() >= deadline) {
      std::string message = "LM Studio did not answer " + slot->endpoint + " in time";
      if (!warning_.empty()) message += "; it warned: " + warning_;
      co_return fail(Errc::timeout, std::move(message));
    }
    slot->bell.expires_at(deadline);
    const auto [rung] = co_await slot->bell.async_wait(token);  // However it ended, the loop looks again.
    static_cast<void>(rung);
  }
  Result<Frame> frame = std::move(slot->inbox.front());
  slot->inbox.pop_front();
  co_return frame;
}

Task<Result<void>> Socket::send(std::string text) {
  if (end_) co_return std::unexpected(*end_);
  net::WebSocketMessage message(false, std::move(text));
  const Result<void> sent = co_await ws_->send(std::move(message));
  co_return sent;
}

Task<void> Socket::read_all(std::shared_ptr<Socket> self) {
  constexpr std::chrono::hours kQuiet{1};  // LM Studio has nothing to say unless asked: silence is no fault.
  while (!self->end_) {
    const Result<net::WebSocketMessage> message = co_await self->ws_->receive(kQuiet);
    if (message) {
      self->dispatch(message->data);
    } else if (message.error().code != Errc::timeout) {
      self->die({Errc::unreachable, "LM Studio closed the connection (" + message.error().message + ")"});
    }
  }
}

void Socket::dispatch(std::string_view text) {
  Result<Frame> frame = parse_frame(text);
  if (!frame) return die(frame.error());
  if (frame->kind == FrameKind::other) return;
  if (frame->kind == FrameKind::warning) {
    const std::string warning = frame->body.is_string() ? std::string(frame->body.as_string()) : "no reason given";
    return warn(excerpt(warning));
  }
  const auto slot = slots_.find(frame->id);
  if (slot == slots_.end()) return;  // Nobody waits any more, or it is a duplicate.
  const bool for_call = frame->kind == FrameKind::rpc_result || frame->kind == FrameKind::rpc_error;
  if (for_call == slot->second->channel) return;
  if (slot->second->inbox.size() >= kInboxMax)
    return die({Errc::bad_reply, "LM Studio floods " + slot->second->endpoint});
  slot->second->put(std::move(frame));
}

// LM Studio answers a call it does not know, or whose parameter it does not like, with nothing but a warning that
// names the endpoint ("Received rpcCall for unknown endpoint, endpoint = x"). Without this the call would wait for
// its whole limit.
void Socket::warn(const std::string& warning) {
  warning_ = warning;
  for (const auto& [id, slot] : slots_) {
    if (!warning.contains(slot->endpoint)) continue;
    Frame answer;
    answer.kind = slot->channel ? FrameKind::channel_error : FrameKind::rpc_error;
    answer.id = id;
    answer.body = json::string(warning);
    slot->put(std::move(answer));
  }
}

void Socket::die(Error why) {
  if (end_) return;
  end_ = std::move(why);
  for (const auto& [id, slot] : slots_) slot->bell.cancel();
  ws_->close();
}

Channel::Channel(std::shared_ptr<Socket> socket, std::shared_ptr<Socket::Slot> slot)
    : socket_(std::move(socket)), slot_(std::move(slot)) {}

Channel::~Channel() {
  socket_->release(slot_->id);
  if (settled_ || !socket_->is_alive()) return;
  asio::co_spawn(socket_->executor_, send_last(socket_->ws_, format_channel_cancel(slot_->id)), rethrow);
}

Task<Result<Frame>> Channel::next(Steady::time_point deadline) {
  Result<Frame> frame = co_await socket_->next(slot_, deadline);
  if (frame && frame->kind != FrameKind::channel_message) settled_ = true;
  co_return frame;
}

}  // namespace malin::adapters::lmstudio
