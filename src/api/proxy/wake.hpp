// What the one coroutine of a connection sleeps on: everything that happens to it (bytes, room to write, a deadline,
// news of her) rings, and the coroutine looks at all of it again. Cheaper than a timer or a channel, for it is rung for
// every token. Inside the proxy only; one thread.
#pragma once

#include <optional>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace malin::api::proxy {

class Wake {
 public:
  Wake() = default;
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  // Whoever sleeps goes on before this returns.
  void ring() {
    is_rung_ = true;
    if (!sleeper_) return;
    Sleeper sleeper = std::move(*sleeper_);
    sleeper_.reset();
    std::move(sleeper)();
  }

  // Whether it was rung since the last time; asked before every `sleep`.
  bool take() { return std::exchange(is_rung_, false); }

  // Until it is rung. `while (!wake.take()) co_await wake.sleep();`
  auto sleep() {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [this](Sleeper sleeper) { sleeper_.emplace(std::move(sleeper)); }, boost::asio::use_awaitable);
  }

 private:
  // What resumes a coroutine. Kept as it is: wrapped, it would take memory for every token.
  using Sleeper = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;

  bool is_rung_ = false;
  std::optional<Sleeper> sleeper_;
};

}  // namespace malin::api::proxy
