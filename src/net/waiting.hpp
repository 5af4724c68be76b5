// The two ways in which the coroutines of this floor wait for anything but bytes: a signal from another coroutine, and
// a deadline that interrupts whatever is at work. Inside net only. Real time; one thread.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ports/task.hpp"

namespace malin::net {

using TimePoint = std::chrono::steady_clock::time_point;

inline constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);

inline TimePoint from_now(std::chrono::steady_clock::duration span) { return std::chrono::steady_clock::now() + span; }

// Wakes every coroutine that waits for it. Wake-ups may be false: callers look again at what they wait for.
class Signal {
 public:
  explicit Signal(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  // Until the next notify, or `until`. The signal must live that long: the caller holds its owner.
  Task<void> wait(TimePoint until = TimePoint::max());
  void notify();

 private:
  boost::asio::any_io_executor executor_;
  std::list<boost::asio::steady_timer*> waiting_;
};

// Calls `interrupt` when a set time has come, once. It is never called after `clear` or after the end of this object.
// Setting and clearing per operation is cheap: a running timer is left alone while it is not later than needed.
class Deadline {
 public:
  Deadline(const boost::asio::any_io_executor& executor, std::function<void()> interrupt);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(TimePoint until);
  void clear();
  bool passed() const;  // Since the last `set`.

 private:
  struct State;
  static void watch(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace malin::net
