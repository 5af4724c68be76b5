// One authenticated WebSocket to one namespace of LM Studio. One reader runs for the life of the socket and hands each
// frame to whoever waits for its id. Once dead it stays dead: the owner connects another.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/lmstudio/lmstudio_frames.hpp"
#include "net/url.hpp"
#include "net/websocket.hpp"
#include "ports/task.hpp"

namespace malin::adapters::lmstudio {

class Channel;

class Socket : public std::enable_shared_from_this<Socket> {
 public:
  // Shakes hands and says `hello` within `limit`. bad_reply: no WebSocket is spoken at that address.
  // refused: LM Studio does not accept the credentials.
  static Task<Result<std::shared_ptr<Socket>>> connect(boost::asio::any_io_executor executor, net::Url url,
                                                       std::string hello, std::chrono::milliseconds limit);
  Socket(boost::asio::any_io_executor executor, std::shared_ptr<net::WebSocket> ws);

  // The result of `endpoint`, null when it has none. refused or not_found: LM Studio said no, or does not know the
  // endpoint. timeout: no answer; the socket is then given up unless a channel is open on it.
  Task<Result<json::value>> call(std::string endpoint, json::value parameter, std::chrono::milliseconds limit);

  // Opens a channel; its first message may take any time.
  Task<Result<std::unique_ptr<Channel>>> open(std::string endpoint, json::value parameter);

  bool is_alive() const { return !end_; }
  // Everyone who waits gets unreachable.
  void close();

 private:
  friend class Channel;
  struct Slot;

  std::shared_ptr<Slot> reserve(std::string endpoint, bool channel);
  void release(std::int64_t id);
  Task<Result<Frame>> next(std::shared_ptr<Slot> slot, std::chrono::steady_clock::time_point deadline);
  Task<Result<void>> send(std::string text);
  static Task<void> read_all(std::shared_ptr<Socket> self);
  void dispatch(std::string_view text);
  void warn(const std::string& warning);
  void die(Error why);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<net::WebSocket> ws_;
  std::map<std::int64_t, std::shared_ptr<Slot>> slots_;
  std::int64_t next_id_ = 1;
  std::string warning_;  // The server's newest complaint about us, for error messages.
  std::optional<Error> end_;
};

// A two-way stream of messages. Destroyed before it was settled, it sends a cancel: so does a cancelled coroutine.
class Channel {
 public:
  Channel(std::shared_ptr<Socket> socket, std::shared_ptr<Socket::Slot> slot);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // The next channel_message, channel_closed or channel_error. timeout: none before `deadline`.
  Task<Result<Frame>> next(std::chrono::steady_clock::time_point deadline);
  // It did what it was opened for: nothing is left to cancel.
  void settle() { settled_ = true; }

 private:
  std::shared_ptr<Socket> socket_;
  std::shared_ptr<Socket::Slot> slot_;
  bool settled_ = false;
};

}  // namespace malin::adapters::lmstudio
