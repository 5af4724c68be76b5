// Wakes coroutines that wait for something to change. Level-triggered use only: look, wait, look again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ports/clock.hpp"

namespace malin::control {

class Signal {
 public:
  explicit Signal(boost::asio::any_io_executor executor);

  // Wakes everyone who waits now. One who is not waiting yet misses it: no awaiting between look and wait.
  void notify();
  Task<void> wait();
  // Returns on notify or at `moment`, whichever is first.
  Task<void> wait_until(Clock& clock, TimePoint moment);

 private:
  boost::asio::steady_timer never_;
};

// Lets one coroutine at a time through.
class Turnstile {
 public:
  explicit Turnstile(boost::asio::any_io_executor executor) : freed_(std::move(executor)) {}

  class Pass {
   public:
    explicit Pass(Turnstile* turnstile) : turnstile_(turnstile) {}
    Pass(Pass&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() { release(); }
    void release();

   private:
    Turnstile* turnstile_;
  };

  Task<Pass> enter();

 private:
  bool is_taken_ = false;
  Signal freed_;
};

}  // namespace malin::control
