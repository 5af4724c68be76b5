#include "sim/simulation.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace malin::sim {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t handlers_max = 200'000;  // At one moment; beyond, something turns in a circle.
constexpr std::uint64_t steps_max = 1'000'000;
constexpr Duration world_step = seconds(1);  // Models expire and memory settles without anybody's call.
constexpr Duration rest_watch = minutes(3);

}  // namespace

Simulation::Simulation(Plan plan)
    : plan_(std::move(plan)),
      dice_(plan_.seed, "simulation"),
      universe_(plan_),
      checker_(universe_, journal_),
      people_(universe_, checker_, journal_),
      trouble_(universe_, journal_),
      began_at_(universe_.clock.now()) {
  for (const auto& comfy : universe_.comfyuis)
    comfy->words.on_started = [this](const world::ComfyRun& run) { checker_.render_started(run); };
}

Simulation::~Simulation() { daemon_.reset(); }

void Simulation::start_daemon() {
  ++lives_;
  if (plan_.rough.clock_jumps && lives_ > 1 && dice_.chance(0.5)) {
    const Duration before = offset_;
    offset_ = dice_.between(-minutes(90), minutes(90));
    checker_.clock_set(offset_ - before);
    trouble_.count("clock set");
  }
  journal_.tell(
      universe_.clock.now(),
      fmt::format("the daemon starts, life {}{}", lives_,
                  offset_ == Duration{} ? "" : ", its clock set by " + std::to_string(offset_.count()) + " ms"));
  daemon_ = std::make_unique<Daemon>(
      universe_, checker_, [this](const world::PortCall& call) { return trouble_.mishap_of(call); }, offset_,
      dice_.number());
  daemon_->store().on_begun = [this](const Changes& changes) { people_.saw_commit_begin(*daemon_, changes); };
  if (lives_ == 1) daemon_->store().failing_commit = failing_commit_;
}

void Simulation::kill_daemon() {
  journal_.tell(universe_.clock.now(), "the daemon is killed");
  trouble_.count("daemon killed");
  people_.daemon_died();
  daemon_.reset();
  checker_.daemon_died();
  start_at_ = universe_.clock.now() + (dice_.chance(0.5) ? Duration{100} : dice_.between(Duration{100}, minutes(2)));
}

void Simulation::settle() {
  std::size_t handled = 0;
  const auto poll = [&](Context& context) {
    context.restart();
    const std::size_t before = handled;
    while (handled < handlers_max && context.poll_one() > 0) ++handled;
    return handled > before;
  };
  for (bool is_busy = true; is_busy;) {
    is_busy = daemon_ && poll(daemon_->context());
    is_busy = poll(universe_.context) || is_busy;
    if (handled >= handlers_max) return checker_.late("the loop turns in a circle: time stands still");
  }
}

// Jumps to the next moment at which anything happens, and does all of it.
void Simulation::step(TimePoint latest) {
  if (++steps_ > steps_max) checker_.late("it is busy without end");
  const TimePoint now = universe_.clock.now();
  TimePoint next = std::min({latest, people_.next(), trouble_.next(), now + world_step});
  if (const auto wake = universe_.clock.next()) next = std::min(next, *wake);
  if (!daemon_) next = std::min(next, start_at_);
  universe_.clock.jump_to(next);
  for (const auto& studio : universe_.studios) studio->studio.tick();
  trouble_.act();
  if (trouble_.is_crash_due() && daemon_) kill_daemon();
  if (!daemon_ && start_at_ <= universe_.clock.now()) start_daemon();
  people_.act(daemon_.get());
  settle();
  checker_.look(daemon_ ? &daemon_->controller() : nullptr, daemon_ && daemon_->store().unknown() > 0);
}

bool Simulation::pass(Duration length) {
  const TimePoint end = universe_.clock.now() + length;
  while (universe_.clock.now() < end && !is_over()) step(end);
  return !is_over();
}

bool Simulation::until(const std::function<bool()>& condition, Duration limit) {
  const TimePoint end = universe_.clock.now() + limit;
  while (!condition()) {
    if (universe_.clock.now() >= end || is_over()) return false;
    step(end);
  }
  return !is_over();
}

void Simulation::rest() {
  trouble_.mend();
  if (!daemon_) start_daemon();
  people_.calm_down(*daemon_);
  const Duration bound = minutes(90) + plan_.jobs_max * minutes(10);
  const TimePoint end = universe_.clock.now() + bound;
  TimePoint calm_since = TimePoint::max();
  std::string unrest = "it has only begun";
  while (universe_.clock.now() < end && !is_over()) {
    step(end);
    trouble_.start_servers();
    unrest = daemon_->store().unknown() > 0 ? "a commit is under way" : checker_.unrest(daemon_->controller());
    const bool is_calm = unrest.empty();
    if (is_calm && calm_since == TimePoint::max()) calm_since = universe_.clock.now();
    if (!is_calm && calm_since != TimePoint::max() && universe_.clock.now() - calm_since > seconds(30)) {
      checker_.late("it does not stay at rest: " + unrest);
      return;
    }
    if (!is_calm) calm_since = TimePoint::max();
    checker_.rest(is_calm && universe_.clock.now() - calm_since > seconds(30));
    if (is_calm && universe_.clock.now() - calm_since > rest_watch) return;
  }
  if (!is_over())
    checker_.late(fmt::format("not at rest after {} of peace: {}; {}", format_duration(bound), unrest, stand()));
}

// Who holds the cards and what the jobs wait for.
std::string Simulation::stand() const {
  std::string text;
  for (const auto& gpu : universe_.gpus) {
    text += fmt::format("{} has {} free", gpu->ledger.name(), format_bytes(gpu->ledger.free()));
    for (const auto& [holder, held] : gpu->ledger.holders()) text += fmt::format(", {} {}", holder, format_bytes(held));
    text += "; ";
  }
  if (daemon_)
    for (const auto& [job, why] : daemon_->controller().waits()) text += fmt::format("{} {}; ", job, why);
  return text;
}

Outcome Simulation::run() {
  start_daemon();
  pass(plan_.trouble_time);
  if (!is_over()) rest();
  return outcome();
}

Outcome Simulation::outcome() const {
  Outcome outcome;
  outcome.violation = checker_.violation();
  if (outcome.violation) outcome.story = journal_.newest();
  outcome.simulated = universe_.clock.now() - began_at_;
  outcome.steps = steps_;
  outcome.windows = checker_.windows();
  outcome.delivered = checker_.delivered();
  outcome.turns = people_.turns();
  outcome.clicks = people_.clicks();
  outcome.lives = lives_;
  outcome.checks = checker_.checks();
  outcome.faults = trouble_.injected();
  return outcome;
}

}  // namespace malin::sim
