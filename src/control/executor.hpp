// Does what was decided. Every action runs as a coroutine of its own, under its key, with a deadline, and its outcome
// goes to the observer before the action leaves `in_flight`. Nothing here decides.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "control/bell.hpp"
#include "control/meters.hpp"
#include "control/observer.hpp"
#include "control/outside.hpp"
#include "core/config.hpp"

namespace malin::control {

class Executor {
 public:
  // All references outlive the executor. `on_end`: an action has ended.
  Executor(boost::asio::any_io_executor executor, const Config& config, const Ledger& ledger, const Outside& outside,
           Observer& observer, Meters& meters, std::function<void()> on_end);

  // Starts it. One whose key is in flight already is left out.
  void start(Action action);
  const std::vector<InFlight>& in_flight() const { return in_flight_; }

  // Cancels all that runs, and waits until it has ended. Afterwards nothing starts any more.
  Task<void> stop();

 private:
  Task<void> run(Action action);
  void ended(const std::string& key, std::exception_ptr error);
  void report_progress(const std::string& key, double fraction);

  // One for each action. What they return goes into the attempts of the action's key.
  Task<Result<void>> perform(ProbeCard action);
  Task<Result<void>> perform(ProbeEngine action);
  Task<Result<void>> perform(ProbeRenderer action);
  Task<Result<void>> perform(ProbeSense action);
  Task<Result<void>> perform(LookUpRender action);
  Task<Result<void>> perform(LoadSense action);
  Task<Result<void>> perform(UnloadResident action);
  Task<Result<void>> perform(SubmitRender action);
  Task<Result<void>> perform(InterruptRender action);
  Task<Result<void>> perform(ReleaseRenderer action);
  Task<Result<void>> perform(CollectMedia action);
  Task<Result<void>> perform(StartServer action);
  Task<Result<void>> perform(RestartServer action);
  Task<Result<void>> perform(Announce action);
  Task<Result<void>> perform(Deliver action);
  Task<Result<void>> perform(Amend action);
  Task<Result<void>> perform(ShowLine action);
  Task<Result<void>> perform(ShowActivity action);

  Task<void> look_at_card(std::string card);
  Task<Result<void>> load_within(Engine& engine, LoadSense action);
  Task<Result<void>> run_command(std::string server, std::string command);
  bool is_memory_on_its_way(TimePoint moment) const;
  std::set<std::string> loaded_beside(const std::string& engine, const std::string& identifier) const;
  // How card and renderer look before this render takes anything.
  void note_room(const SubmitRender& submit);
  void learn_footprint(const LoadSense& load, Bytes free_before);
  void note_silence();
  // What came of a send, for the observer; the same as the action's outcome.
  Result<void> note_sent(std::int64_t item, const Result<MessageId>& message);

  boost::asio::any_io_executor executor_;
  const Config& config_;
  const Ledger& ledger_;
  const Outside& outside_;
  Observer& observer_;
  Meters& meters_;
  std::function<void()> on_end_;
  std::vector<InFlight> in_flight_;
  std::map<std::string, std::unique_ptr<boost::asio::cancellation_signal>> running_;  // By key.
  bool is_stopped_ = false;
  Bell idle_;
};

}  // namespace malin::control
