// The one loop that owns the state. It decides, commits, starts what was decided and sleeps until something happens;
// nothing slow is waited for in it. What people and programs ask goes through it too, many requests in one
// transaction, so the ledger has one writer.
//
// Always true: an action is started only by a decision that is made of the ledger as it is committed, and a turn never
// begins between the decision to send senses away and its commit (the gate).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "control/bell.hpp"
#include "control/executor.hpp"
#include "control/meters.hpp"
#include "control/observer.hpp"
#include "control/outside.hpp"
#include "core/decide.hpp"
#include "core/explain.hpp"
#include "core/requests.hpp"

namespace malin::control {

struct ControllerOptions {
  Duration turn_expiry{30'000};         // A turn that is not kept alive ends after this.
  std::function<void()> on_progress{};  // The loop has come round; at least once in `progress_interval`. May be empty.
  Duration progress_interval{10'000};
  // Whoever keeps a trace is told of every turn that is over and every job that is new. May be empty.
  std::function<void(const Turn&, TimePoint ended_at)> on_turn{};
  std::function<void(const Job&)> on_job{};
};

struct Submitted {
  Job job;
  bool is_new = true;  // false: an earlier job with the same key.
};

// A turn that has begun, or why it may not begin now.
struct TurnAnswer {
  Turn turn;
  Away away;  // Not empty: these senses are away, so there is no turn.
};

class Controller {
 public:
  // All references outlive the controller. `ledger`: as the store has it.
  Controller(boost::asio::any_io_executor executor, const Config& config, const Outside& outside, Ledger ledger,
             ControllerOptions options = {});

  // Until `stop`; then everything that was running has been cancelled and has ended.
  Task<void> run();
  void stop();
  // A render says that it moved, or is over.
  void hint(bool is_over);

  // Requests. Each returns once it is durable. unreachable: the disk does not take it, or the daemon is stopping.
  Task<Result<Submitted>> submit(Submission submission);
  // Several at once, all or none: what one reply asked for.
  Task<Result<std::vector<Job>>> submit_all(std::vector<Submission> submissions);
  Task<Result<void>> cancel(JobId id);
  Task<Result<void>> set_swap(bool enabled);
  Task<Result<void>> abort_swap();
  Task<Result<void>> restore(std::string sense);
  Task<Result<void>> pin_footprint(std::string name, Bytes size);
  Task<Result<void>> forget_footprint(std::string name);

  // With a sense named it may begin while others are away, once they are gone. None begins while a window whose job has
  // waited past its patience needs a gap.
  Task<TurnAnswer> begin_turn(std::string sense = {});
  // not_found: it is over already.
  Result<Turn> keep_turn(const std::string& id);
  Result<void> end_turn(const std::string& id);
  // A message is held for a sense that is away, since then; empty: none is.
  void note_waiting(std::optional<TimePoint> since);
  // The person's side, for the status and the metrics: a message came from another chat; commands can be read, or not.
  void note_stranger();
  void note_heard(const Result<void>& heard);
  // Senses that go as soon as no turn is open any more.
  const std::vector<std::string>& gap_for() const { return gap_for_; }

  // How things stand. The references live until the next await.
  Situation situation() const;
  const std::map<JobId, std::string>& waits() const { return waits_; }
  // What has happened since the start, in numbers.
  const Meters& meters() const { return meters_; }
  // What `decide` would do now; for `malin plan`.
  Decision plan() const;

  // How its render looks so far. nullopt: it is not rendering, or its renderer shows nothing.
  std::optional<Preview> preview(const JobId& id) const;

  Task<Result<std::vector<Event>>> events(std::int64_t after, int limit);
  Task<Result<Job>> job(JobId id);
  Task<Result<std::vector<Job>>> jobs(int limit);

  // Grows whenever something that a person could see has changed.
  std::int64_t revision() const { return revision_; }
  // Until it is no longer `seen`, the moment comes, or the daemon stops.
  Task<void> wait_for_news(std::int64_t seen, TimePoint until);
  bool is_stopping() const { return is_stopping_; }
  // When the loop last came round: at most `progress_interval` ago, or it hangs.
  TimePoint last_progress() const { return last_progress_; }

 private:
  using Plan = std::function<Result<Changes>(const Ledger&, TimePoint)>;
  struct Request;

  Task<Result<void>> ask(Plan plan);
  Task<void> serve_requests();
  Task<Result<void>> commit(Changes changes);
  Task<void> commit_decision(Decision& decision);
  void note_progress();
  void expire_turns();
  void turn_is_over(const Turn& turn, TimePoint ended_at);
  void job_is_new(const Job& job);
  Task<void> sleep(std::optional<TimePoint> until);
  void wake();
  void news();

  boost::asio::any_io_executor executor_;
  const Config& config_;
  const Outside& outside_;
  ControllerOptions options_;
  Ledger ledger_;
  Observer observer_;
  Meters meters_;
  Executor work_;
  std::map<JobId, std::string> waits_;
  std::vector<std::string> gap_for_;
  std::vector<std::shared_ptr<Request>> requests_;
  int commit_failures_ = 0;
  TimePoint commit_at_{};  // After a commit that failed: no decision is committed before.
  TimePoint last_progress_;
  std::int64_t revision_ = 0;
  std::int64_t next_turn_ = 1;
  bool is_woken_ = false;
  bool is_stopping_ = false;
  bool is_gate_closed_ = false;
  Bell woken_;
  Bell gate_;
  Bell news_;
};

}  // namespace malin::control
