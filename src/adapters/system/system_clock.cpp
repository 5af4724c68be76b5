#include "adapters/system/system_clock.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace malin::adapters {

namespace asio = boost::asio;

SystemClock::SystemClock(double speed)
    : speed_(speed),
      wall_start_(std::chrono::floor<Duration>(std::chrono::system_clock::now())),
      steady_start_(std::chrono::steady_clock::now()) {}

TimePoint SystemClock::now() const {
  const auto passed = (std::chrono::steady_clock::now() - steady_start_) * speed_;
  return wall_start_ + std::chrono::duration_cast<Duration>(passed);
}

Task<void> SystemClock::sleep_until(TimePoint moment) {
  const auto passed = std::chrono::duration<double, std::milli>(moment - wall_start_) / speed_;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(steady_start_ + std::chrono::ceil<std::chrono::steady_clock::duration>(passed));
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace malin::adapters
