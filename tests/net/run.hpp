// Runs coroutines in tests: on a real io_context, with a deadline, so that a test that would hang fails instead.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ports/task.hpp"

namespace malin::testing {

// Runs `io` until `task` has ended and rethrows what it threw. Throws std::runtime_error when it has not ended within
// `limit`. Whatever else is at work on `io` stays there.
inline void run(boost::asio::io_context& io, Task<void> task,
                std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  struct State {
    bool ended = false;
    std::exception_ptr thrown;
  };
  const auto state = std::make_shared<State>();  // Shared: after a missed deadline the task may still end.
  boost::asio::co_spawn(io, std::move(task), [state](std::exception_ptr error) {
    state->ended = true;
    state->thrown = error;
  });
  io.restart();
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!state->ended && std::chrono::steady_clock::now() < until && io.run_one_until(until) != 0) {}
  if (!state->ended) throw std::runtime_error("the task did not end in time");
  if (state->thrown) std::rethrow_exception(state->thrown);
}

// Runs `task` on an io_context of its own.
inline void run(Task<void> task, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  boost::asio::io_context io;
  run(io, std::move(task), limit);
}

// Lets `io` work until `condition` holds; false: it did not within `limit`.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& condition,
                      std::chrono::milliseconds limit = std::chrono::seconds(5)) {
  const auto until = std::chrono::steady_clock::now() + limit;
  io.restart();
  while (!condition() && std::chrono::steady_clock::now() < until) {
    if (io.run_one_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(5)) == 0) io.restart();
  }
  return condition();
}

}  // namespace malin::testing
