// A coroutine of the one thread that Malin runs on.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace malin {

template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace malin
