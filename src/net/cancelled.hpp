// How a coroutine ends that was cancelled.
#pragma once

#include <exception>

namespace malin::net {

// For completion handlers: a coroutine that was cancelled ends with Asio's exception for it; any other exception is a
// defect and must not be lost.
void rethrow_unless_cancelled(std::exception_ptr thrown);

}  // namespace malin::net
