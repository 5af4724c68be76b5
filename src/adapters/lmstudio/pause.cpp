#include "adapters/lmstudio/pause.hpp"

#include <algorithm>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace malin::adapters::lmstudio {

namespace asio = boost::asio;

Task<void> pause_since(std::chrono::steady_clock::time_point began, Duration longest) {
  const auto taken = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
  const Duration pause = std::min(std::max(taken / 8, Duration{2}), longest);
  asio::steady_timer timer(co_await asio::this_coro::executor, pause);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace malin::adapters::lmstudio
