// An operation and a deadline: whichever is first.
#pragma once

#include <string>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/result.hpp"
#include "ports/clock.hpp"

namespace malin::control {

// The operation's result, or Errc::timeout after `limit`, when the operation is cancelled. `operation` must return its
// failures as values: an exception of its would be dropped by the race.
template <class T>
Task<Result<T>> within(Clock& clock, Duration limit, std::string what, Task<Result<T>> operation) {
  using namespace boost::asio::experimental::awaitable_operators;
  const TimePoint deadline = clock.now() + limit;
  auto first = co_await (std::move(operation) || clock.sleep_until(deadline));
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  co_return fail(Errc::timeout, what + " gave no answer within " + format_duration(limit));
}

}  // namespace malin::control
