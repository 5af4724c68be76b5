#include "world/sim_clock.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace malin::world {

namespace asio = boost::asio;

namespace {

// Out of the list of sleepers however its coroutine ends.
template <class Sleepers>
struct LeaveBed {
  Sleepers& sleepers;
  typename Sleepers::iterator bed;
  const bool& awake;
  ~LeaveBed() {
    if (!awake) sleepers.erase(bed);
  }
};

}  // namespace

// A moment that has come already still lets everyone else have a turn first.
Task<void> SimClock::sleep_until(TimePoint moment) {
  const asio::any_io_executor home = co_await asio::this_coro::executor;
  Sleeper sleeper{asio::steady_timer(home, asio::steady_timer::time_point::max())};
  const LeaveBed<Sleepers> guard{sleepers_, sleepers_.emplace(std::max(moment, now_), &sleeper), sleeper.awake};
  const auto [woken] = co_await sleeper.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!sleeper.awake) throw boost::system::system_error(woken);  // Cancelled, as on the real clock.
}

std::optional<TimePoint> SimClock::next() const {
  return sleepers_.empty() ? std::nullopt : std::optional(sleepers_.begin()->first);
}

void SimClock::jump_to(TimePoint moment) {
  now_ = std::max(now_, moment);
  while (!sleepers_.empty() && sleepers_.begin()->first <= now_) {
    Sleeper* sleeper = sleepers_.begin()->second;
    sleepers_.erase(sleepers_.begin());
    sleeper->awake = true;
    sleeper->timer.cancel();
  }
}

}  // namespace malin::world
