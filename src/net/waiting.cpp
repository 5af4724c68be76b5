#include "net/waiting.hpp"

#include <utility>

namespace malin::net {

namespace asio = boost::asio;

namespace {

// Takes a timer off the list also when its coroutine is destroyed while it waits.
struct Entry {
  Entry(std::list<asio::steady_timer*>& list_, asio::steady_timer* timer) : list(list_) {
    at = list.insert(list.end(), timer);
  }
  ~Entry() { list.erase(at); }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  std::list<asio::steady_timer*>& list;
  std::list<asio::steady_timer*>::iterator at;
};

}  // namespace

Task<void> Signal::wait(TimePoint until) {
  asio::steady_timer timer(executor_, until);
  const Entry entry(waiting_, &timer);
  co_await timer.async_wait(kToken);
}

void Signal::notify() {
  for (auto* timer : waiting_) timer->cancel();
}

struct Deadline::State {
  State(const asio::any_io_executor& executor, std::function<void()> interrupt_)
      : timer(executor), interrupt(std::move(interrupt_)) {}
  asio::steady_timer timer;
  std::function<void()> interrupt;
  TimePoint until = TimePoint::max();
  bool waiting = false;
  bool passed = false;
};

Deadline::Deadline(const asio::any_io_executor& executor, std::function<void()> interrupt)
    : state_(std::make_shared<State>(executor, std::move(interrupt))) {}

Deadline::~Deadline() = default;

void Deadline::set(TimePoint until) {
  state_->until = until;
  state_->passed = false;
  if (until == TimePoint::max() || (state_->waiting && state_->timer.expiry() <= until)) return;
  watch(state_);
}

void Deadline::clear() { state_->until = TimePoint::max(); }

bool Deadline::passed() const { return state_->passed; }

void Deadline::watch(const std::shared_ptr<State>& state) {
  state->waiting = true;
  state->timer.expires_at(state->until);
  state->timer.async_wait([weak = std::weak_ptr(state)](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self || error) return;  // Gone, or replaced by an earlier wait.
    self->waiting = false;
    if (self->until == TimePoint::max()) return;
    if (self->until > std::chrono::steady_clock::now()) return watch(self);
    self->until = TimePoint::max();
    self->passed = true;
    self->interrupt();
  });
}

}  // namespace malin::net
