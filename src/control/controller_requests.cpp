// What people and programs ask of the loop (control/controller.hpp).
#include <algorithm>
#include <utility>

#include "control/controller.hpp"

namespace malin::control {

namespace {

const Job* find_by_key(const Ledger& ledger, const std::string& key) {
  const auto found = std::ranges::find_if(ledger.jobs, [&](const auto& row) { return row.second.key == key; });
  return key.empty() || found == ledger.jobs.end() ? nullptr : &found->second;
}

// Where a request leaves its answer. It outlives the request's coroutine, which may be cancelled any time.
struct Box {
  std::vector<Job> jobs;
  bool is_new = true;
};

// While others are away this one may speak, but not while one of them is still being unloaded.
bool may_speak_beside(const std::string& sense, const Away& away, const std::vector<SenseView>& senses) {
  return !sense.empty() && std::ranges::find(away.senses, sense) == away.senses.end() &&
         std::ranges::none_of(senses, [](const SenseView& view) { return view.state == SenseState::unloading; });
}

}  // namespace

Task<Result<Submitted>> Controller::submit(Submission submission) {
  if (!submission.key.empty()) {
    const Result<Job> earlier = co_await outside_.store.job_by_key(submission.key);
    if (earlier) co_return Submitted{*earlier, false};
    if (earlier.error().code != Errc::not_found) co_return std::unexpected(earlier.error());
  }
  const auto box = std::make_shared<Box>();
  Plan plan = [this, box, submission](const Ledger& ledger, TimePoint now) -> Result<Changes> {
    if (const Job* earlier = find_by_key(ledger, submission.key)) {
      box->jobs = {*earlier};
      box->is_new = false;
      return Changes{};
    }
    Result<Accepted> accepted = submit_job(config_, ledger, submission, now);
    if (!accepted) return std::unexpected(accepted.error());
    box->jobs = {accepted->job};
    return std::move(accepted->changes);
  };
  const Result<void> done = co_await ask(std::move(plan));
  if (!done) co_return std::unexpected(done.error());
  if (box->is_new) job_is_new(box->jobs.front());
  co_return Submitted{box->jobs.front(), box->is_new};
}

Task<Result<std::vector<Job>>> Controller::submit_all(std::vector<Submission> submissions) {
  const auto box = std::make_shared<Box>();
  Plan plan = [this, box, submissions](const Ledger& ledger, TimePoint now) -> Result<Changes> {
    Ledger planned = ledger;
    Changes all;
    for (const Submission& submission : submissions) {
      Result<Accepted> accepted = submit_job(config_, planned, submission, now);
      if (!accepted) return std::unexpected(accepted.error());
      malin::apply(planned, accepted->changes);
      box->jobs.push_back(accepted->job);
      for (Change& change : accepted->changes) all.push_back(std::move(change));
    }
    return all;
  };
  const Result<void> done = co_await ask(std::move(plan));
  if (!done) co_return std::unexpected(done.error());
  for (const Job& job : box->jobs) job_is_new(job);
  co_return std::move(box->jobs);
}

Task<Result<void>> Controller::cancel(JobId id) {
  Plan plan = [id](const Ledger& ledger, TimePoint now) { return cancel_job(ledger, id, now); };
  const Result<void> done = co_await ask(std::move(plan));
  if (done || done.error().code != Errc::not_found) co_return done;
  const Result<Job> old = co_await outside_.store.job(id);  // The ledger knows the newest only.
  if (old) co_return fail(Errc::refused, "job " + id + " is " + to_string(old->state) + " already");
  co_return done;
}

Task<Result<void>> Controller::set_swap(bool enabled) {
  Plan plan = [enabled](const Ledger& ledger, TimePoint now) -> Result<Changes> {
    return malin::set_swap(ledger, enabled, now);
  };
  const Result<void> done = co_await ask(std::move(plan));
  co_return done;
}

Task<Result<void>> Controller::abort_swap() {
  Plan plan = [this](const Ledger& ledger, TimePoint now) { return malin::abort_swap(config_, ledger, now); };
  const Result<void> done = co_await ask(std::move(plan));
  co_return done;
}

Task<Result<void>> Controller::restore(std::string sense) {
  Plan plan = [this, sense](const Ledger& ledger, TimePoint now) { return restore_sense(config_, ledger, sense, now); };
  const Result<void> done = co_await ask(std::move(plan));
  co_return done;
}

Task<Result<void>> Controller::pin_footprint(std::string name, Bytes size) {
  Plan plan = [this, name, size](const Ledger& ledger, TimePoint now) {
    return malin::pin_footprint(config_, ledger, name, size, now);
  };
  const Result<void> done = co_await ask(std::move(plan));
  co_return done;
}

// What was measured at a load that this daemon saw would be learned again at once.
Task<Result<void>> Controller::forget_footprint(std::string name) {
  Plan plan = [this, name](const Ledger& ledger, TimePoint now) {
    return malin::forget_footprint(config_, ledger, name, now);
  };
  observer_.forget_measured(name);
  const Result<void> done = co_await ask(std::move(plan));
  co_return done;
}

Task<TurnAnswer> Controller::begin_turn(std::string sense) {
  while (is_gate_closed_) co_await gate_.wait();
  const Situation now = situation();
  const std::vector<SenseView> senses = view_senses(now);
  TurnAnswer answer;
  answer.away = who_is_away(now, senses);
  const bool is_beside = may_speak_beside(sense, answer.away, senses);
  if (is_beside) answer.away = {};
  if (answer.away.senses.empty()) answer.away.senses = gap_for_;
  if (!answer.away.senses.empty()) {
    // Whoever tries again at every news must not be the news.
    if (observer_.declined_turn(now.now)) wake();
    co_return answer;
  }
  // With the daemon's start in its name, a turn of an earlier daemon is never taken for one of this.
  answer.turn.id =
      "t-" + std::to_string(to_unix_ms(observer_.newest().started_at)) + "-" + std::to_string(next_turn_++);
  answer.turn.began_at = now.now;
  answer.turn.asked_at = is_beside ? now.now : now.seen.presence.waiting_since.value_or(now.now);
  answer.turn.sense = std::move(sense);
  answer.turn.expires_at = now.now + options_.turn_expiry;
  observer_.begin_turn(answer.turn);
  meters_.turn_began();
  wake();
  co_return answer;
}

Result<Turn> Controller::keep_turn(const std::string& id) {
  expire_turns();
  Turn turn{.id = id, .expires_at = outside_.clock.now() + options_.turn_expiry};
  if (!observer_.keep_turn(id, turn.expires_at))
    return fail(Errc::not_found, "there is no turn " + id + " any more; begin a new one");
  return turn;
}

Result<void> Controller::end_turn(const std::string& id) {
  const std::optional<Turn> ended = observer_.end_turn(id, outside_.clock.now());
  if (!ended) return fail(Errc::not_found, "there is no turn " + id);
  turn_is_over(*ended, outside_.clock.now());
  wake();
  return {};
}

void Controller::expire_turns() {
  for (const Turn& turn : observer_.expire_turns(outside_.clock.now())) turn_is_over(turn, turn.expires_at);
}

void Controller::turn_is_over(const Turn& turn, TimePoint ended_at) {
  if (options_.on_turn) options_.on_turn(turn, ended_at);
}

void Controller::job_is_new(const Job& job) {
  if (options_.on_job) options_.on_job(job);
}

std::optional<Preview> Controller::preview(const JobId& id) const {
  const auto found = ledger_.jobs.find(id);
  if (found == ledger_.jobs.end() || found->second.state != JobState::rendering) return std::nullopt;
  const RendererSpec* spec = situation().renderer_of(found->second);
  return spec == nullptr ? std::nullopt : outside_.renderers.at(spec->server.name)->preview(found->second.prompt_id);
}

void Controller::note_waiting(std::optional<TimePoint> since) {
  observer_.held_since(since);
  wake();
}

void Controller::note_stranger() { observer_.met_stranger(); }

void Controller::note_heard(const Result<void>& heard) {
  observer_.heard_person(heard);
  news();
}

Task<Result<std::vector<Event>>> Controller::events(std::int64_t after, int limit) {
  return outside_.store.events(after, limit);
}

Task<Result<Job>> Controller::job(JobId id) {
  const auto found = ledger_.jobs.find(id);
  if (found != ledger_.jobs.end()) co_return found->second;
  const Result<Job> old = co_await outside_.store.job(std::move(id));
  co_return old;
}

Task<Result<std::vector<Job>>> Controller::jobs(int limit) { return outside_.store.jobs(limit); }

}  // namespace malin::control
