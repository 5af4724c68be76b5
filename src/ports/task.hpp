// A coroutine of the one thread that Malin runs on.
#pragma once

#include <exception>

#include <boost/asio/awaitable.hpp>

namespace malin {

template <class T>
using Task = boost::asio::awaitable<T>;

// For co_spawn: an exception that leaves the coroutine leaves io_context::run() as well.
inline void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace malin
