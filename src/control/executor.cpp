#include "control/executor.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/system/system_error.hpp>

#include "control/log.hpp"

namespace malin::control {

namespace asio = boost::asio;

namespace {

bool is_look(const Action& action) {
  return std::holds_alternative<ProbeCard>(action) || std::holds_alternative<ProbeEngine>(action) ||
         std::holds_alternative<ProbeRenderer>(action) || std::holds_alternative<LookUpRender>(action);
}

// An operation that was racing a deadline is cancelled together with it, and both throw.
bool is_cancellation(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& cancelled) {
    return cancelled.code() == asio::error::operation_aborted;
  } catch (const asio::multiple_exceptions& both) {
    return is_cancellation(both.first_exception());
  } catch (const std::exception&) { return false; }
}

}  // namespace

Executor::Executor(asio::any_io_executor executor, const Config& config, const Ledger& ledger, const Outside& outside,
                   Observer& observer, Meters& meters, std::function<void()> on_end)
    : executor_(executor),
      config_(config),
      ledger_(ledger),
      outside_(outside),
      observer_(observer),
      meters_(meters),
      on_end_(std::move(on_end)),
      idle_(executor) {}

void Executor::start(Action action) {
  std::string key = key_of(action);
  if (is_stopped_ || running_.contains(key)) return;
  auto& cancel = running_[key] = std::make_unique<asio::cancellation_signal>();
  in_flight_.push_back({action, outside_.clock.now()});
  asio::co_spawn(
      executor_, run(std::move(action)),
      asio::bind_cancellation_slot(cancel->slot(), [this, key](std::exception_ptr error) { ended(key, error); }));
}

Task<void> Executor::run(Action action) {
  const std::string key = key_of(action);
  const bool is_watching = is_look(action);
  const TimePoint began = outside_.clock.now();
  const LogFields ids = is_watching ? LogFields() : ids_of(action, ledger_);
  if (!is_watching) log_start(action, ids);
  Task<Result<void>> work = std::visit([this](auto one) { return perform(std::move(one)); }, Action(action));
  const Result<void> outcome = co_await std::move(work);
  const TimePoint now = outside_.clock.now();
  if (is_watching) co_return;
  log_end(key, now - began, outcome, ids);
  meters_.ended(action, now - began, outcome, now);
  observer_.tried(key, now, outcome);
}

void Executor::ended(const std::string& key, std::exception_ptr error) {
  running_.erase(key);
  std::erase_if(in_flight_, [&](const InFlight& one) { return key_of(one.action) == key; });
  if (error && !(is_stopped_ && is_cancellation(error))) std::rethrow_exception(error);
  if (running_.empty()) idle_.ring();
  on_end_();
}

Task<void> Executor::stop() {
  is_stopped_ = true;
  for (const auto& [key, cancel] : running_) cancel->emit(asio::cancellation_type::terminal);
  while (!running_.empty()) co_await idle_.wait();
}

void Executor::report_progress(const std::string& key, double fraction) {
  for (InFlight& one : in_flight_)
    if (key_of(one.action) == key) one.progress = fraction;
}

Task<Result<void>> Executor::perform(ProbeCard action) {
  const TimePoint asked_at = outside_.clock.now();
  Result<CardReading> reading = co_await outside_.cards.at(action.card)->probe();
  if (observer_.saw(action, asked_at, reading)) log_reading("card", action.card, reading);
  if (!reading) co_return std::unexpected(reading.error());
  co_return Result<void>();
}

Task<Result<void>> Executor::perform(ProbeEngine action) {
  const TimePoint asked_at = outside_.clock.now();
  Result<EngineReading> reading = co_await outside_.engines.at(action.engine)->probe();
  if (reading) {
    for (const Resident& resident : reading->residents) {
      const bool is_ours = std::ranges::any_of(in_flight_, [&](const InFlight& one) {
        const auto* probe = std::get_if<ProbeSense>(&one.action);
        return probe != nullptr && probe->identifier == resident.identifier;
      });
      if (resident.state == ResidentState::busy && !is_ours) observer_.heard_her(asked_at);
    }
  }
  if (observer_.saw(action, asked_at, reading)) log_reading("engine", action.engine, reading);
  if (!reading) co_return std::unexpected(reading.error());
  co_return Result<void>();
}

Task<Result<void>> Executor::perform(ProbeRenderer action) {
  const TimePoint asked_at = outside_.clock.now();
  Result<RendererReading> reading = co_await outside_.renderers.at(action.renderer)->probe();
  if (observer_.saw(action, asked_at, reading)) log_reading("renderer", action.renderer, reading);
  if (!reading) co_return std::unexpected(reading.error());
  co_return Result<void>();
}

Task<Result<void>> Executor::perform(LookUpRender action) {
  const TimePoint asked_at = outside_.clock.now();
  Result<RenderReading> reading = co_await outside_.renderers.at(action.renderer)->look_up(action.prompt_id);
  observer_.saw(action, asked_at, reading);
  if (!reading) co_return std::unexpected(reading.error());
  co_return Result<void>();
}

Task<Result<void>> Executor::perform(ProbeSense action) {
  const Result<void> answer = co_await outside_.engines.at(action.engine)->probe_sense(action.identifier);
  observer_.saw(action, outside_.clock.now(), answer);
  co_return answer;
}

}  // namespace malin::control
