// Asio keeps what it knows of a descriptor in places that it gives to others after a close, even when news of the
// closed one is under way. Whoever waits for a descriptor may thus be woken by news of another.
#pragma once

#include <functional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/eventfd.h>

namespace malin::testing {

// Calls `start` when there is such news for the first descriptor that it waits for, and lets that news arrive.
inline void start_with_stale_news(boost::asio::io_context& io, const std::function<void()>& start) {
  using Descriptor = boost::asio::posix::stream_descriptor;
  Descriptor one(io, ::eventfd(1, EFD_CLOEXEC));
  Descriptor other(io, ::eventfd(1, EFD_CLOEXEC));
  bool is_started = false;
  const auto close_and_start = [&](Descriptor& closed) {
    if (std::exchange(is_started, true)) return;
    closed.close();
    start();
  };
  one.async_wait(Descriptor::wait_read, [&](boost::system::error_code) { close_and_start(other); });
  other.async_wait(Descriptor::wait_read, [&](boost::system::error_code) { close_and_start(one); });
  io.restart();
  io.poll();
}

}  // namespace malin::testing
