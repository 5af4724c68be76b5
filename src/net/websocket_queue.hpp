// What a WebSocket holds between the coroutines that use it and the two that serve it for life: one reads, one writes.
// Bounded both ways: a socket whose messages nobody takes, or whose peer takes none, is cut. Inside net only.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "net/waiting.hpp"
#include "net/websocket.hpp"

namespace malin::net {

class WebSocketQueue {
 public:
  static constexpr std::size_t kMessagesMax = 4096;
  static constexpr std::size_t kBytesMax = 64 << 20;

  struct Outgoing {
    Outgoing(const boost::asio::any_io_executor& executor, WebSocketMessage message_)
        : message(std::move(message_)), over(executor) {}
    WebSocketMessage message;
    bool is_over = false;
    bool is_sent = false;
    Signal over;
  };

  explicit WebSocketQueue(const boost::asio::any_io_executor& executor)
      : executor_(executor), arrived_(executor), wanted_(executor) {}
  virtual ~WebSocketQueue() = default;

  // Breaks the connection at once.
  virtual void cut() = 0;

  // For users.
  static Task<Result<void>> send(std::shared_ptr<WebSocketQueue> queue, WebSocketMessage message);
  static Task<Result<WebSocketMessage>> receive(std::shared_ptr<WebSocketQueue> queue, TimePoint until);
  void close();

  // For the reader. False: no more, the socket is to be cut.
  bool take_in(WebSocketMessage message);
  // For both: nothing more comes or goes. Only the first reason counts.
  void end(std::string reason);

  // For the writer: the next to send; nothing when the socket is to be closed.
  static Task<std::shared_ptr<Outgoing>> next(std::shared_ptr<WebSocketQueue> queue);
  void finish(const std::shared_ptr<Outgoing>& item, bool is_sent);
  bool is_ended() const { return is_ended_; }

 private:
  boost::asio::any_io_executor executor_;
  std::deque<WebSocketMessage> inbox_;
  std::size_t inbox_bytes_ = 0;
  std::deque<std::shared_ptr<Outgoing>> outbox_;
  std::size_t outbox_bytes_ = 0;
  Signal arrived_;  // A message, or the end.
  Signal wanted_;   // The writer is.
  bool is_closing_ = false;
  bool is_ended_ = false;
  std::string reason_;
};

// The face of a queue for its user. The socket closes when it is destroyed.
std::shared_ptr<WebSocket> attach(std::shared_ptr<WebSocketQueue> queue);

}  // namespace malin::net
