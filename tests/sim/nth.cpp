#include "sim/nth.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/simulation.hpp"

namespace malin::sim {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Plan plan_of_run() {
  Plan plan = plain_plan();
  plan.config.swap.fast_probe = seconds(1);
  plan.jobs_max = 2;
  return plan;
}

bool is_deed(const world::PortCall& call) {
  return call.verb != "probe" && call.verb != "look up" && call.verb != "show activity" && call.verb != "deep probe";
}

// From the start of the daemon until everyone is back after both pictures.
void play(Simulation& simulation) {
  simulation.start_daemon();
  simulation.pass(seconds(20));
  for (const char* kind : {"selfie", "video"})
    if (simulation.until([&] { return simulation.is_up(); }, minutes(5)))
      simulation.people().submit(simulation.daemon(), kind);
  const auto is_done = [&] {
    const auto& jobs = simulation.checker().jobs();
    return jobs.size() == 2 && std::ranges::all_of(jobs, [](const auto& row) { return is_over(row.second.state); });
  };
  simulation.until(is_done, minutes(30));
  simulation.until([&] { return simulation.is_up() && simulation.checker().unrest(simulation.controller()).empty(); },
                   minutes(30));
}

struct Run {
  std::vector<world::PortCall> calls;
  std::int64_t commits = 0;
};

Run run_well() {
  Run run;
  Simulation simulation(plan_of_run());
  simulation.trouble().on_call = [&run](const world::PortCall& call) { run.calls.push_back(call); };
  play(simulation);
  run.commits = simulation.daemon().store().commits();
  return run;
}

void judge(Simulation& simulation, const std::string& what, NthReport& report) {
  ++report.runs;
  if (!simulation.checker().violation()) simulation.rest();
  const Outcome outcome = simulation.outcome();
  if (!outcome.violation) return;
  report.failures.push_back(fmt::format("{}: invariant {} ({}): {}\n{}", what, outcome.violation->invariant,
                                        name_of_invariant(outcome.violation->invariant), outcome.violation->what,
                                        outcome.story));
}

template <class Try>
NthReport at_every_call(int stride, Try try_it) {
  const Run well = run_well();
  NthReport report{.calls = static_cast<int>(well.calls.size())};
  int looks = 0;
  for (const world::PortCall& call : well.calls)
    if (is_deed(call) || looks++ % stride == 0) try_it(call, report);
  return report;
}

}  // namespace

NthReport fail_every_call(int stride) {
  using enum world::Mishap;
  return at_every_call(stride, [](const world::PortCall& call, NthReport& report) {
    for (const world::Mishap mishap : {unreachable, error, silent, answer_lost, broken, half_answer}) {
      Simulation simulation(plan_of_run());
      simulation.trouble().fail_call(call.number, mishap);
      play(simulation);
      judge(simulation,
            fmt::format("call {} ({}: {} {}), {}", call.number, call.port, call.verb, call.subject, to_string(mishap)),
            report);
    }
  });
}

NthReport kill_at_every_call(int stride) {
  return at_every_call(stride, [](const world::PortCall& call, NthReport& report) {
    Plan plan = plan_of_run();
    plan.sqlite = true;
    Simulation simulation(std::move(plan));
    simulation.trouble().kill_at_call(call.number);
    play(simulation);
    judge(simulation, fmt::format("killed at call {} ({}: {} {})", call.number, call.port, call.verb, call.subject),
          report);
  });
}

NthReport fail_every_commit() {
  const Run well = run_well();
  NthReport report{.calls = static_cast<int>(well.commits)};
  for (std::int64_t number = 1; number <= well.commits; ++number) {
    Simulation simulation(plan_of_run());
    simulation.fail_commit(number);
    play(simulation);
    judge(simulation, fmt::format("commit {}", number), report);
  }
  return report;
}

}  // namespace malin::sim
