#include "api/proxy/peer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "api/proxy/head.hpp"

namespace malin::api::proxy {

namespace asio = boost::asio;

namespace {

constexpr std::size_t rest_bytes = 2 << 10;   // What waits for a word costs little,
constexpr std::size_t flow_bytes = 64 << 10;  // and what flows is taken in large pieces.
constexpr std::size_t buffer_bytes_max = head_bytes_max + rest_bytes;

}  // namespace

Peer::Peer(Tcp::socket socket) : socket_(std::move(socket)) {
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(Tcp::no_delay(true), ignored);
}

// Space behind what is held: the buffer starts small and grows with a head that is long or a body that flows.
void Peer::make_room() {
  const std::size_t held = end_ - begin_;
  const std::size_t wanted = is_flowing_ ? flow_bytes : held < rest_bytes / 2 ? rest_bytes : held * 2;
  if (capacity_ - end_ >= rest_bytes / 2 && capacity_ >= wanted) return;
  if (capacity_ >= wanted && begin_ > 0) {
    std::memmove(in_.get(), in_.get() + begin_, held);
  } else {
    const std::size_t capacity = std::max(wanted, capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (held != 0) std::memcpy(larger.get(), in_.get() + begin_, held);
    in_ = std::move(larger);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = held;
}

void Peer::read() {
  if (is_reading_ || has_ended_ || is_broken_ || end_ - begin_ >= buffer_bytes_max) return;
  if (begin_ == end_) begin_ = end_ = 0;
  make_room();
  is_reading_ = true;
  const std::size_t space = capacity_ - end_;
  socket_.async_read_some(asio::buffer(in_.get() + end_, space),
                          [self = shared_from_this(), space](ErrorCode error, std::size_t bytes) {
                            self->is_reading_ = false;
                            self->end_ += bytes;
                            self->moved_ += bytes;
                            self->is_flowing_ = bytes == space;
                            if (error) self->has_ended_ = true;
                            if (error && error != asio::error::eof) self->is_broken_ = true;
                            if (self->owner_ != nullptr) self->owner_->ring();
                          });
}

void Peer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ != end_ || is_reading_) return;
  begin_ = end_ = 0;
  if (capacity_ <= rest_bytes || is_flowing_) return;
  in_.reset();
  capacity_ = 0;
}

void Peer::send(std::string_view first, std::string_view second) {
  if (is_broken_ || first.size() + second.size() == 0) return;
  std::size_t gone = 0;
  if (!is_writing_) {
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(first), asio::buffer(second)};
    ErrorCode error;
    gone = second.empty() ? socket_.write_some(asio::buffer(first), error) : socket_.write_some(parts, error);
    moved_ += gone;
    if (error && error != asio::error::would_block) {
      is_broken_ = true;
      return;
    }
    if (gone == first.size() + second.size()) return;
  }
  const std::size_t of_first = std::min(gone, first.size());
  out_.append(first.substr(of_first)).append(second.substr(gone - of_first));
  if (!is_writing_) start_write();
}

void Peer::start_write() {
  is_writing_ = true;
  // What is added meanwhile could move `out_`, so the operation only waits for room.
  socket_.async_wait(Tcp::socket::wait_write, [self = shared_from_this()](ErrorCode error) {
    self->is_writing_ = false;
    if (!error) {
      const std::size_t gone = self->socket_.write_some(
          asio::buffer(self->out_.data() + self->sent_, self->out_.size() - self->sent_), error);
      self->sent_ += gone;
      self->moved_ += gone;
      if (error == asio::error::would_block) error.clear();
    }
    if (error) {
      self->is_broken_ = true;
    } else if (self->unsent() != 0) {
      self->start_write();
    } else {
      self->out_ = std::string();
      self->sent_ = 0;
    }
    if (self->owner_ != nullptr) self->owner_->ring();
  });
}

void Peer::end_sending() {
  ErrorCode ignored;
  socket_.shutdown(Tcp::socket::shutdown_send, ignored);
}

void Peer::close() {
  is_broken_ = has_ended_ = true;
  ErrorCode ignored;
  socket_.close(ignored);
}

}  // namespace malin::api::proxy
