#include "adapters/sqlite/store_thread.hpp"

#include <exception>
#include <future>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "net/stale_news.hpp"

namespace malin::testing {
namespace {

TEST(StoreThread, news_of_a_closed_descriptor_does_not_end_a_call) {
  boost::asio::io_context io;
  adapters::StoreThread thread;
  std::promise<void> may_end;
  std::optional<int> result;
  auto work = [&] {
    may_end.get_future().wait();
    return 7;
  };
  start_with_stale_news(
      io, [&] { boost::asio::co_spawn(io, thread.run(work), [&](std::exception_ptr, int value) { result = value; }); });
  EXPECT_FALSE(result.has_value());
  may_end.set_value();
  io.run();
  EXPECT_EQ(result, 7);
}

}  // namespace
}  // namespace malin::testing
