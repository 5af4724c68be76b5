#include "app/rehearsal/replay.hpp"

#include <algorithm>
#include <exception>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "control/controller.hpp"
#include "ports/task.hpp"
#include "world/dice.hpp"
#include "world/ports.hpp"
#include "world/store_port.hpp"

namespace malin::app::rehearsal {

namespace {

constexpr Duration write_time{2};
constexpr Duration warm_up = std::chrono::minutes(1);      // Before the trace begins she proves that all are there.
constexpr Duration afterwards = std::chrono::minutes(30);  // After its end, for jobs that still wait.
constexpr Duration ask_again{250};
constexpr Duration delay_noticed{100};  // A reply that begins this much later is not late.

class Replay {
 public:
  Replay(const world::UniversePlan& plan, const Trace& trace, const ReplayOptions& options);
  ~Replay() {
    for (const auto& comfy : universe_.comfyuis) comfy->words.on_moved = nullptr;
    context_.die();
  }

  Outcome run();

 private:
  Task<void> talk();
  Task<void> ask_for_media();
  Task<void> keep_talking(std::string turn, TimePoint until);
  void start(Task<void> task);
  void settle();
  bool is_over() const;
  bool is_rendering() const;
  Outcome outcome() const;
  TimePoint now() const { return universe_.clock.now(); }

  const world::UniversePlan& plan_;
  const Trace& trace_;
  ReplayOptions options_;
  world::Universe universe_;
  world::Context context_;
  world::MemoryDisk disk_;
  world::WireLog log_;
  world::Dice dice_{1, "rehearsal"};
  world::Ports ports_;
  world::StorePort store_;
  control::Outside outside_;
  std::unique_ptr<control::Controller> controller_;
  Duration shift_;                // From the trace's time to the world's.
  std::vector<JobId> jobs_;       // Of the trace's jobs, as far as they came in; empty: declined.
  std::vector<Duration> delays_;  // Of the trace's turns, as far as they began.
  int people_ = 0;                // Coroutines of people that have not ended.
};

Replay::Replay(const world::UniversePlan& plan, const Trace& trace, const ReplayOptions& options)
    : plan_(plan),
      trace_(trace),
      options_(options),
      universe_(plan),
      ports_(universe_, plan.config, log_, [this] { return dice_.number(); }),
      store_(universe_.clock, disk_, write_time),
      outside_{.clock = universe_.clock,
               .store = store_,
               .inspector = ports_.inspector,
               .commands = ports_.commands,
               .cards = ports_.cards_by_name(),
               .engines = ports_.engines_by_name(),
               .renderers = ports_.renderers_by_name(),
               .spool = "/spool"},
      shift_(universe_.clock.now() + warm_up - trace.begins_at()) {
  for (const EngineSpec& engine : plan.config.engines) outside_.servers[engine.server.name] = {};
  for (const RendererSpec& renderer : plan.config.renderers) outside_.servers[renderer.server.name] = {};
  Ledger ledger = disk_.ledger();
  ledger.settings.swap_enabled = options.swap;
  controller_ = std::make_unique<control::Controller>(context_.get_executor(), plan.config, outside_, std::move(ledger),
                                                      control::ControllerOptions{.turn_expiry = options.turn_expiry});
  for (const auto& comfy : universe_.comfyuis) comfy->words.on_moved = [this] { controller_->hint(false); };
  boost::asio::co_spawn(context_, controller_->run(), rethrow);
}

void Replay::start(Task<void> task) {
  ++people_;
  boost::asio::co_spawn(context_, std::move(task), [this](std::exception_ptr error) {
    --people_;
    if (error) std::rethrow_exception(error);
  });
}

// One person: what she is asked waits until she has answered what was asked before.
Task<void> Replay::talk() {
  for (const TracedTurn& turn : trace_.turns) {
    co_await universe_.clock.sleep_until(turn.at + shift_);
    const TimePoint asked_at = now();
    for (;;) {
      const control::TurnAnswer answer = co_await controller_->begin_turn(turn.sense);
      if (answer.away.senses.empty()) {
        delays_.push_back(now() - asked_at);
        co_await keep_talking(answer.turn.id, now() + turn.length);
        break;
      }
      co_await universe_.clock.sleep_until(now() + ask_again);
    }
  }
}

Task<void> Replay::keep_talking(std::string turn, TimePoint until) {
  while (now() < until) {
    co_await universe_.clock.sleep_until(std::min(until, now() + options_.turn_expiry / 3));
    static_cast<void>(controller_->keep_turn(turn));
  }
  static_cast<void>(controller_->end_turn(turn));
}

Task<void> Replay::ask_for_media() {
  for (const TracedJob& job : trace_.jobs) {
    co_await universe_.clock.sleep_until(job.at + shift_);
    Submission submission{.kind = job.kind, .prompt = fmt::format("picture {}", jobs_.size() + 1)};
    submission.priority = job.priority;
    const Result<control::Submitted> answer = co_await controller_->submit(std::move(submission));
    jobs_.push_back(answer ? answer->job.id : JobId{});
  }
}

void Replay::settle() {
  const auto poll = [](world::Context& context) {
    context.restart();
    return context.poll() > 0;
  };
  while (poll(context_) || poll(universe_.context)) {}
}

bool Replay::is_over() const {
  const auto is_made = [this](const JobId& id) {
    const auto job = disk_.jobs().find(id);
    return job == disk_.jobs().end() || job->second.rendered_at || malin::is_over(job->second.state);
  };
  const auto is_closed = [](const auto& row) { return row.second.phase == WindowPhase::closed; };
  return people_ == 0 && std::ranges::all_of(jobs_, is_made) && std::ranges::all_of(disk_.windows(), is_closed);
}

bool Replay::is_rendering() const {
  return std::ranges::any_of(disk_.jobs(), [](const auto& row) { return row.second.state == JobState::rendering; });
}

Outcome Replay::run() {
  start(talk());
  start(ask_for_media());
  TimePoint end = trace_.ends_at() + shift_ + afterwards;
  settle();
  while (now() < end && !is_over()) {
    if (is_rendering()) end = std::max(end, now() + afterwards);
    universe_.clock.jump_to(std::min(end, universe_.clock.next().value_or(end)));
    for (const auto& studio : universe_.studios) studio->studio.tick();
    settle();
  }
  return outcome();
}

Outcome Replay::outcome() const {
  Outcome outcome;
  for (const SenseSpec& sense : plan_.config.senses) outcome.away[sense.name] = {};
  for (const auto& [id, window] : disk_.windows()) {
    for (const auto& [sense, leave] : window.leaves) outcome.away[sense] += leave.back_at.value_or(now()) - leave.since;
    outcome.windows.push_back(window);
  }
  outcome.delays = delays_;
  outcome.waits.resize(trace_.jobs.size());
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    const auto job = disk_.jobs().find(jobs_[i]);
    if (job == disk_.jobs().end()) continue;
    if (job->second.rendered_at) {
      outcome.waits[i] = *job->second.rendered_at - job->second.created_at;
      continue;
    }
    const auto why = controller_->waits().find(jobs_[i]);
    outcome.unmade.try_emplace(job->second.kind, why == controller_->waits().end() ? job->second.reason : why->second);
  }
  return outcome;
}

}  // namespace

Duration Outcome::away_in_all() const {
  Duration sum{};
  for (const auto& [sense, length] : away) sum += length;
  return sum;
}

int Outcome::jobs_done() const {
  return static_cast<int>(std::ranges::count_if(waits, [](const auto& wait) { return wait.has_value(); }));
}

int Outcome::replies_delayed() const {
  return static_cast<int>(std::ranges::count_if(delays, [](Duration delay) { return delay >= delay_noticed; }));
}

Outcome replay(const world::UniversePlan& plan, const Trace& trace, const ReplayOptions& options) {
  return Replay(plan, trace, options).run();
}

}  // namespace malin::app::rehearsal
