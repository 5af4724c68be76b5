#include "control/controller.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "control/log.hpp"

namespace malin::control {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

// Something asked of the ledger, and who waits for it.
struct Controller::Request {
  Request(const asio::any_io_executor& executor, Plan plan_) : plan(std::move(plan_)), answered(executor) {}
  Plan plan;
  std::optional<Result<void>> outcome;
  Bell answered;
};

Controller::Controller(asio::any_io_executor executor, const Config& config, const Outside& outside, Ledger ledger,
                       ControllerOptions options)
    : executor_(executor),
      config_(config),
      outside_(outside),
      options_(std::move(options)),
      ledger_(std::move(ledger)),
      observer_(outside.clock.now()),
      meters_(outside.clock.now()),
      work_(executor, config_, ledger_, outside_, observer_, meters_, [this] { wake(); }),
      last_progress_(outside.clock.now()),
      woken_(executor),
      gate_(executor),
      news_(executor) {}

Task<void> Controller::run() {
  while (!is_stopping_) {
    is_woken_ = false;
    co_await serve_requests();
    expire_turns();
    Decision decision = plan();
    waits_ = std::move(decision.waits);
    gap_for_ = std::move(decision.gap_for);
    const bool is_pending = !decision.changes.empty();
    // Beside changes these are only what looks and what heals: that needs no promise, so it waits for no disk.
    for (Action& action : decision.actions) work_.start(std::move(action));
    if (is_pending && outside_.clock.now() >= commit_at_) {
      co_await commit_decision(decision);
      continue;
    }
    news();
    note_progress();
    if (is_pending) decision.wake_at = std::min(decision.wake_at.value_or(commit_at_), commit_at_);
    co_await sleep(decision.wake_at);
  }
  co_await work_.stop();
  for (const auto& request : requests_) {
    request->outcome = fail(Errc::unreachable, "malin is stopping");
    request->answered.ring();
  }
  news();
}

void Controller::stop() {
  is_stopping_ = true;
  wake();
}

void Controller::hint(bool is_over) {
  observer_.hint(outside_.clock.now(), is_over);
  wake();
}

void Controller::wake() {
  is_woken_ = true;
  woken_.ring();
}

void Controller::news() {
  ++revision_;
  news_.ring();
}

void Controller::note_progress() {
  last_progress_ = outside_.clock.now();
  if (options_.on_progress) options_.on_progress();
}

Task<void> Controller::sleep(std::optional<TimePoint> until) {
  if (is_woken_ || is_stopping_) co_return;
  const TimePoint latest = outside_.clock.now() + options_.progress_interval;
  Task<void> alarm = outside_.clock.sleep_until(std::min(until.value_or(latest), latest));
  co_await (std::move(alarm) || woken_.wait());
}

// A decision whose changes open a window closes the gate first: no turn begins before it is committed or given up.
Task<void> Controller::commit_decision(Decision& decision) {
  is_gate_closed_ = decision.opens_window;
  const Result<void> committed = co_await commit(std::move(decision.changes));
  is_gate_closed_ = false;
  gate_.ring();
  commit_failures_ = committed ? 0 : commit_failures_ + 1;
  if (!committed) commit_at_ = outside_.clock.now() + backoff(commit_failures_, "commit");
}

Task<Result<void>> Controller::commit(Changes changes) {
  Changes copy = changes;
  const Result<std::vector<std::int64_t>> ids = co_await outside_.store.commit(std::move(copy));
  if (!ids) {
    log_commit_failed(ids.error());
    co_return std::unexpected(ids.error());
  }
  observer_.committed(ledger_, changes);
  meters_.committed(ledger_, changes, observer_.newest(), outside_.clock.now());
  malin::apply(ledger_, changes);
  if (!ids->empty()) ledger_.last_event = ids->back();
  observer_.forget_sent(changes);
  observer_.forget(ledger_);
  log_committed(changes, ledger_);
  news();
  co_return Result<void>();
}

// All that is asked at this moment goes into one transaction. Each request is planned on the ledger as those before it
// leave it; one that is declined takes no part.
Task<void> Controller::serve_requests() {
  while (!requests_.empty()) {
    const auto batch = std::exchange(requests_, {});
    std::optional<Ledger> planned;  // A copy costs more than a commit where much is queued, so one alone goes without.
    Changes all;
    for (const auto& request : batch) {
      Result<Changes> changes = request->plan(planned ? *planned : ledger_, outside_.clock.now());
      if (!changes) {
        request->outcome = std::unexpected(changes.error());
        continue;
      }
      if (request != batch.back()) malin::apply(planned ? *planned : planned.emplace(ledger_), *changes);
      for (Change& change : *changes) all.push_back(std::move(change));
    }
    Result<void> committed;
    if (!all.empty()) committed = co_await commit(std::move(all));
    for (const auto& request : batch) {
      if (!request->outcome) request->outcome = committed;
      request->answered.ring();
    }
  }
}

Task<Result<void>> Controller::ask(Plan plan) {
  if (is_stopping_) co_return fail(Errc::unreachable, "malin is stopping");
  const auto request = std::make_shared<Request>(executor_, std::move(plan));
  requests_.push_back(request);
  wake();
  while (!request->outcome) co_await request->answered.wait();
  co_return *request->outcome;
}

Situation Controller::situation() const {
  return {config_, ledger_, observer_.newest(), work_.in_flight(), outside_.clock.now()};
}

Decision Controller::plan() const {
  return decide(config_, ledger_, observer_.newest(), work_.in_flight(), outside_.clock.now());
}

Task<void> Controller::wait_for_news(std::int64_t seen, TimePoint until) {
  while (revision_ == seen && !is_stopping_ && outside_.clock.now() < until) {
    Task<void> alarm = outside_.clock.sleep_until(until);
    co_await (std::move(alarm) || news_.wait());
  }
}

}  // namespace malin::control
