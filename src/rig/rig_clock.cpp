#include "rig/rig_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace malin::rig {

namespace asio = boost::asio;
using Fraction = std::chrono::duration<double, std::milli>;

RigClock::RigClock(double speed)
    : speed_(speed),
      began_(std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now())),
      began_steady_(std::chrono::steady_clock::now()) {}

TimePoint RigClock::now() const {
  const Fraction real = std::chrono::steady_clock::now() - began_steady_;
  return began_ + std::chrono::floor<Duration>(real * speed_);
}

Task<void> RigClock::sleep_until(TimePoint moment) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const Fraction real{static_cast<double>((moment - began_).count()) / speed_};
  timer.expires_at(began_steady_ + std::chrono::ceil<std::chrono::microseconds>(real));
  // Whoever cancels it wants it to return.
  static_cast<void>(co_await timer.async_wait(asio::as_tuple(asio::use_awaitable)));
}

}  // namespace malin::rig
