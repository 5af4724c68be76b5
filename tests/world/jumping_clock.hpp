// Time for tests of one coroutine: whoever sleeps is there at once.
#pragma once

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "ports/clock.hpp"

namespace malin::world {

class JumpingClock : public Clock {
 public:
  TimePoint now() const override { return now_; }
  Task<void> sleep_until(TimePoint moment) override {
    now_ = std::max(now_, moment);
    co_return;
  }
  void pass(Duration length) { now_ += length; }

 private:
  TimePoint now_ = from_unix_ms(1'790'000'000'000);
};

// Runs `task` to its end.
template <class T>
T finish(Task<T> task) {
  boost::asio::io_context io(1);
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    result = std::move(value);
  });
  io.run();
  return std::move(*result);
}

}  // namespace malin::world
