// Wakes every coroutine that waits for it. A ring while nobody waits is lost: look at the condition first, then wait.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ports/task.hpp"

namespace malin::control {

class Bell {
 public:
  explicit Bell(boost::asio::any_io_executor executor)
      : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  // Until the next ring. Returns early when its coroutine is cancelled.
  Task<void> wait() { co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)); }
  void ring() { timer_.cancel(); }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace malin::control
