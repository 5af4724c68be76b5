#include "adapters/sqlite/store_thread.hpp"

#include <atomic>
#include <cerrno>
#include <exception>
#include <system_error>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <sys/eventfd.h>
#include <unistd.h>

namespace malin::adapters {

namespace asio = boost::asio;

namespace {

// Lets one thread wake another's event loop through the kernel alone.
class Bell {
 public:
  Bell() : descriptor_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {}
  Bell(const Bell&) = delete;
  ~Bell() { ::close(descriptor_); }

  void ring() { ::eventfd_write(descriptor_, 1); }
  // Another descriptor of the same bell; the caller closes it.
  int listener() const { return checked(::dup(descriptor_)); }

 private:
  static int checked(int descriptor) {
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return descriptor;
  }
  int descriptor_;
};

struct Errand {
  std::function<void()> job;
  std::exception_ptr thrown;
  std::atomic<bool> is_done = false;  // Who sees this sees what the job wrote; the bell alone does not promise it.
  Bell done;

  void run() {
    try {
      job();
    } catch (...) {  // Thrown again where the result is awaited.
      thrown = std::current_exception();
    }
    is_done.store(true, std::memory_order_release);
    done.ring();
  }
};

}  // namespace

StoreThread::StoreThread() : pool_(std::make_unique<asio::thread_pool>(1)) {}

StoreThread::~StoreThread() { pool_->join(); }

Task<void> StoreThread::run_job(std::function<void()> job) {
  const auto errand = std::make_shared<Errand>();
  errand->job = std::move(job);
  const auto home = co_await asio::this_coro::executor;
  asio::posix::stream_descriptor bell(home, errand->done.listener());
  asio::post(*pool_, [errand] { errand->run(); });
  // Asio reuses what it keeps of a descriptor that was closed, so news of that one may end this wait.
  while (!errand->is_done.load(std::memory_order_acquire)) {
    auto [trouble] =
        co_await bell.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    if (trouble) throw boost::system::system_error(trouble);
  }
  if (errand->thrown) std::rethrow_exception(errand->thrown);
}

}  // namespace malin::adapters
