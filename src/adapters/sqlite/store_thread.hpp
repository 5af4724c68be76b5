// A thread of its own for calls that may block: fsync and waiting for a lock.
// Invariants: calls run one after another, in the order asked for; results arrive on the caller's executor; the thread
// itself never touches that executor, so either may end first.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "ports/task.hpp"

namespace boost::asio {
class thread_pool;
}

namespace malin::adapters {

class StoreThread {
 public:
  StoreThread();
  ~StoreThread();  // Runs what was asked for to its end.

  // What `work` returns; what it throws is thrown here. Once asked for it is done, also when the caller is cancelled.
  template <class Work>
  Task<std::invoke_result_t<Work&>> run(Work work) {
    using Value = std::invoke_result_t<Work&>;
    // Shared, because the caller may be gone before the work is done.
    auto value = std::make_shared<std::optional<Value>>();
    std::function<void()> job = [value, work = std::move(work)]() mutable { value->emplace(work()); };
    co_await run_job(std::move(job));
    co_return std::move(**value);
  }

 private:
  Task<void> run_job(std::function<void()> job);

  std::unique_ptr<boost::asio::thread_pool> pool_;
};

}  // namespace malin::adapters
