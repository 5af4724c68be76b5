#include "net/cancelled.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace malin::net {

void rethrow_unless_cancelled(std::exception_ptr thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted) throw;
  }
}

}  // namespace malin::net
