#include "net/websocket_queue.hpp"

#include <utility>

namespace malin::net {
namespace {

// One message alone is never too much.
bool is_full(std::size_t messages, std::size_t bytes) {
  return messages >= WebSocketQueue::kMessagesMax || (messages != 0 && bytes > WebSocketQueue::kBytesMax);
}

}  // namespace

Task<Result<void>> WebSocketQueue::send(std::shared_ptr<WebSocketQueue> queue, WebSocketMessage message) {
  const auto size = message.data.size();
  if (size > kBytesMax) co_return fail(Errc::refused, "a WebSocket message of over 64 MiB");
  if (queue->is_ended_) co_return fail(Errc::unreachable, queue->reason_);
  if (queue->is_closing_) co_return fail(Errc::unreachable, "the WebSocket is closed");
  if (is_full(queue->outbox_.size(), queue->outbox_bytes_ + size)) {
    queue->end("the peer of the WebSocket takes no messages");
    queue->cut();
    co_return fail(Errc::unreachable, queue->reason_);
  }
  const auto item = std::make_shared<Outgoing>(queue->executor_, std::move(message));
  queue->outbox_.push_back(item);
  queue->outbox_bytes_ += size;
  queue->wanted_.notify();
  while (!item->is_over) co_await item->over.wait();
  if (!item->is_sent) co_return fail(Errc::unreachable, queue->reason_);
  co_return Result<void>();
}

Task<Result<WebSocketMessage>> WebSocketQueue::receive(std::shared_ptr<WebSocketQueue> queue, TimePoint until) {
  while (queue->inbox_.empty()) {
    if (queue->is_ended_) co_return fail(Errc::unreachable, queue->reason_);
    if (std::chrono::steady_clock::now() >= until) co_return fail(Errc::timeout, "no WebSocket message in time");
    co_await queue->arrived_.wait(until);
  }
  auto message = std::move(queue->inbox_.front());
  queue->inbox_.pop_front();
  queue->inbox_bytes_ -= message.data.size();
  co_return message;
}

void WebSocketQueue::close() {
  is_closing_ = true;
  wanted_.notify();
}

bool WebSocketQueue::take_in(WebSocketMessage message) {
  if (is_ended_) return false;
  if (is_full(inbox_.size(), inbox_bytes_ + message.data.size())) {
    end("too many messages wait on the WebSocket");
    return false;
  }
  inbox_bytes_ += message.data.size();
  inbox_.push_back(std::move(message));
  arrived_.notify();
  return true;
}

void WebSocketQueue::end(std::string reason) {
  if (is_ended_) return;
  is_ended_ = true;
  reason_ = std::move(reason);
  for (const auto& item : std::exchange(outbox_, {})) finish(item, false);
  arrived_.notify();
  wanted_.notify();
}

Task<std::shared_ptr<WebSocketQueue::Outgoing>> WebSocketQueue::next(std::shared_ptr<WebSocketQueue> queue) {
  while (!queue->is_ended_ && !queue->is_closing_ && queue->outbox_.empty()) co_await queue->wanted_.wait();
  if (queue->outbox_.empty()) co_return nullptr;
  const auto item = queue->outbox_.front();
  queue->outbox_.pop_front();
  co_return item;
}

void WebSocketQueue::finish(const std::shared_ptr<Outgoing>& item, bool is_sent) {
  outbox_bytes_ -= item->message.data.size();
  item->is_over = true;
  item->is_sent = is_sent;
  item->over.notify();
}

namespace {

class Attached final : public WebSocket {
 public:
  explicit Attached(std::shared_ptr<WebSocketQueue> queue) : queue_(std::move(queue)) {}
  ~Attached() override { queue_->close(); }

  Task<Result<void>> send(WebSocketMessage message) override {
    return WebSocketQueue::send(queue_, std::move(message));
  }
  Task<Result<WebSocketMessage>> receive(std::chrono::milliseconds limit) override {
    return WebSocketQueue::receive(queue_, from_now(limit));
  }
  void close() override { queue_->close(); }

 private:
  std::shared_ptr<WebSocketQueue> queue_;
};

}  // namespace

std::shared_ptr<WebSocket> attach(std::shared_ptr<WebSocketQueue> queue) {
  return std::make_shared<Attached>(std::move(queue));
}

}  // namespace malin::net
