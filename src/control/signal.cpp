#include "control/signal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace malin::control {

namespace asio = boost::asio;

Signal::Signal(asio::any_io_executor executor) : never_(std::move(executor), asio::steady_timer::time_point::max()) {}

void Signal::notify() { never_.cancel(); }

Task<void> Signal::wait() {
  // A notify ends the wait as a cancellation of the timer; that of this coroutine shows in its own state.
  co_await never_.async_wait(asio::as_tuple(asio::use_awaitable));
}

Task<void> Signal::wait_until(Clock& clock, TimePoint moment) {
  using namespace asio::experimental::awaitable_operators;
  co_await (wait() || clock.sleep_until(moment));
}

void Turnstile::Pass::release() {
  if (turnstile_ == nullptr) return;
  turnstile_->is_taken_ = false;
  std::exchange(turnstile_, nullptr)->freed_.notify();
}

Task<Turnstile::Pass> Turnstile::enter() {
  while (is_taken_) co_await freed_.wait();
  is_taken_ = true;
  co_return Pass(this);
}

}  // namespace malin::control
