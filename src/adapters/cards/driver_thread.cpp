#include "adapters/cards/driver_thread.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace malin::adapters {

namespace asio = boost::asio;

namespace {

// A driver answers within a millisecond or so; looking this often costs nothing beside a probe.
constexpr auto look_interval = std::chrono::milliseconds(1);

}  // namespace

DriverThread::DriverThread() : queue_(std::make_shared<Queue>()) { std::thread(serve, queue_).detach(); }

DriverThread::~DriverThread() {
  const std::lock_guard lock(queue_->mutex);
  queue_->closed = true;
  queue_->changed.notify_one();
}

void DriverThread::post(std::function<void()> job) {
  const std::lock_guard lock(queue_->mutex);
  queue_->jobs.push_back(std::move(job));
  queue_->changed.notify_one();
}

void DriverThread::serve(std::shared_ptr<Queue> queue) {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(queue->mutex);
      queue->changed.wait(lock, [&queue] { return queue->closed || !queue->jobs.empty(); });
      if (queue->closed) return;
      job = std::move(queue->jobs.front());
      queue->jobs.pop_front();
    }
    job();
  }
}

struct CardInquiry::Answer {
  std::atomic<bool> ready = false;
  Result<CardReading> reading;
};

Task<Result<CardReading>> CardInquiry::ask(CardQuestion question) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const auto deadline = std::chrono::steady_clock::now() + limit_;
  std::shared_ptr<Answer> mine;
  for (;;) {
    if (pending_ && pending_->ready) pending_.reset();
    if (mine && mine->ready) co_return std::move(mine->reading);
    if (!mine && !pending_) {
      mine = pending_ = std::make_shared<Answer>();
      thread_.post([mine, question] {
        mine->reading = question();
        mine->ready = true;
      });
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      co_return fail(Errc::timeout, who_ + ": the driver has not answered within " + format_duration(limit_));
    }
    timer.expires_after(look_interval);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace malin::adapters
