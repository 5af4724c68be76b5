// A clock for tests of the rig: real time, some times as fast.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ports/clock.hpp"

namespace malin::testing {

class FastClock final : public Clock {
 public:
  explicit FastClock(double speed) : speed_(speed), start_(std::chrono::steady_clock::now()) {}

  TimePoint now() const override {
    const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - start_;
    return from_unix_ms(1'795'450'620'000 + static_cast<std::int64_t>(passed.count() * speed_));
  }

  Task<void> sleep_until(TimePoint moment) override {
    const std::chrono::duration<double, std::milli> wait = moment - now();
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    timer.expires_after(std::chrono::ceil<std::chrono::steady_clock::duration>(wait / speed_));
    co_await timer.async_wait(boost::asio::use_awaitable);
  }

 private:
  double speed_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace malin::testing
