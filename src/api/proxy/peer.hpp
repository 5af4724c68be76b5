// One end of the relay: a TCP connection with what came and was not used, and what was given and has not gone out yet.
// Reads and writes are started here and ring the owner's wake when they have moved; nothing is ever awaited, so both
// directions of both ends run at once on one coroutine. Inside the proxy only; real time.
//
// Always true: what `send` gets goes out in order and at once as far as the socket takes it; memory is taken only while
// there is something to hold.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "api/proxy/wake.hpp"

namespace malin::api::proxy {

using Tcp = boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Moment = std::chrono::steady_clock::time_point;

// More than so much unsent: the other side is not read any more.
inline constexpr std::size_t unsent_bytes_max = 128 << 10;

class Peer : public std::enable_shared_from_this<Peer> {
 public:
  explicit Peer(Tcp::socket socket);

  // Who is rung. nullptr: nobody, while it waits to be used.
  void set_owner(Wake* owner) { owner_ = owner; }

  // Asks for more, unless that is under way already, it has ended or more than enough is there.
  void read();
  std::string_view in() const { return {in_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes);
  // Nothing more will come: the other side has ended, or the connection is broken.
  bool has_ended() const { return has_ended_; }
  // Open, and silent since it was last used.
  bool is_quiet() const { return !has_ended_ && !is_broken_ && in().empty() && out_.empty(); }

  void send(std::string_view first, std::string_view second = {});
  std::size_t unsent() const { return out_.size() - sent_; }
  // What is given cannot be sent any more.
  bool is_broken() const { return is_broken_; }
  // Grows with every byte that moves in or out.
  std::size_t moved() const { return moved_; }

  // Tells the other side that nothing more will come.
  void end_sending();
  void close();

  Moment idle_since{};  // For the pool.

 private:
  void start_write();
  void make_room();

  Tcp::socket socket_;
  Wake* owner_ = nullptr;
  std::unique_ptr<char[]> in_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string out_;
  std::size_t sent_ = 0;
  std::size_t moved_ = 0;
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool has_ended_ = false;
  bool is_broken_ = false;
  bool is_flowing_ = false;  // The newest read filled the buffer.
};

}  // namespace malin::api::proxy
