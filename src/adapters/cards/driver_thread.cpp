#include "adapters/cards/driver_thread.hpp"

#include <algorithm>
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

// Between two looks whether the driver has answered, which mostly takes a fraction of a millisecond: doubles each time.
constexpr auto look_first = std::chrono::microseconds(50);
constexpr auto look_last = std::chrono::microseconds(1000);

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
  auto pause = look_first;
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
    timer.expires_after(pause);
    co_await timer.async_wait(asio::use_awaitable);
    pause = std::min(2 * pause, look_last);
  }
}

}  // namespace malin::adapters
