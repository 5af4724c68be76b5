// Time for tests: it stands still until the test lets it jump to the next moment that somebody waits for.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "ports/clock.hpp"

namespace malin::testing {

class ManualClock : public Clock {
 public:
  TimePoint now() const override { return now_; }

  Task<void> sleep_until(TimePoint moment) override {
    Sleeper sleeper(co_await boost::asio::this_coro::executor);
    const Bed bed(*this, moment, sleeper);
    const auto [woken] = co_await sleeper.timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (!sleeper.is_awake) throw boost::system::system_error(woken);  // Cancelled, as on the real clock.
  }

  // When the next sleeper wants to wake; nullopt: nobody does.
  std::optional<TimePoint> next() const {
    if (sleepers_.empty() || sleepers_.begin()->first == TimePoint::max()) return std::nullopt;
    return sleepers_.begin()->first;
  }
  void jump_to(TimePoint moment) {
    now_ = std::max(now_, moment);
    while (!sleepers_.empty() && sleepers_.begin()->first <= now_) {
      Sleeper* sleeper = sleepers_.begin()->second;
      sleepers_.erase(sleepers_.begin());
      sleeper->is_awake = true;
      sleeper->timer.cancel();
    }
  }

 private:
  struct Sleeper {
    explicit Sleeper(const boost::asio::any_io_executor& executor)
        : timer(executor, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer timer;
    bool is_awake = false;
  };
  using Sleepers = std::multimap<TimePoint, Sleeper*>;

  // Out of the list of sleepers however its coroutine ends.
  class Bed {
   public:
    Bed(ManualClock& clock, TimePoint moment, Sleeper& sleeper)
        : clock_(clock), sleeper_(sleeper), place_(clock.sleepers_.emplace(std::max(moment, clock.now_), &sleeper)) {}
    Bed(const Bed&) = delete;
    Bed& operator=(const Bed&) = delete;
    ~Bed() {
      if (!sleeper_.is_awake) clock_.sleepers_.erase(place_);
    }

   private:
    ManualClock& clock_;
    Sleeper& sleeper_;
    Sleepers::iterator place_;
  };

  TimePoint now_ = from_unix_ms(1'790'000'000'000);
  Sleepers sleepers_;
};

}  // namespace malin::testing
