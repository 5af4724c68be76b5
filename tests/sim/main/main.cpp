// sim: runs seeds and says what broke.
#include <atomic>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "sim/nth.hpp"
#include "sim/simulation.hpp"

namespace malin::sim {

namespace {

struct Options {
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  std::optional<std::uint64_t> seed;
  int threads = 1;
  bool trace = false;
  bool keep_going = false;
  bool nth = false;
  int windows = 0;
  std::string fixed;
};

struct Total {
  std::mutex mutex;
  Outcome sum;
  std::uint64_t seeds = 0;
  std::vector<std::uint64_t> failed;
};

void add(Total& total, std::uint64_t seed, const Outcome& one) {
  const std::scoped_lock lock(total.mutex);
  ++total.seeds;
  Outcome& sum = total.sum;
  sum.simulated += one.simulated;
  sum.steps += one.steps;
  sum.windows += one.windows;
  sum.delivered += one.delivered;
  sum.turns += one.turns;
  sum.clicks += one.clicks;
  sum.lives += one.lives;
  for (std::size_t i = 0; i < sum.checks.size(); ++i) sum.checks.at(i) += one.checks.at(i);
  for (const auto& [name, count] : one.faults) sum.faults[name] += count;
  if (!one.violation) return;
  total.failed.push_back(seed);
  fmt::print("\nseed {}: invariant {} ({}): {}\n{}replay: sim --seed {} --trace\n", seed, one.violation->invariant,
             name_of_invariant(one.violation->invariant), one.violation->what, one.story, seed);
  std::fflush(stdout);
}

void report(const Total& total, double seconds) {
  const Outcome& sum = total.sum;
  const double years = std::chrono::duration<double, std::ratio<31'557'600>>(sum.simulated).count();
  fmt::print("seeds {}, failed {}\n", total.seeds, total.failed.size());
  fmt::print(
      "simulated {:.4f} years in {:.1f} s; {} steps, {} windows ({:.0f} a second), {} deliveries, {} turns, {} clicks, "
      "{} lives\n",
      years, seconds, sum.steps, sum.windows, sum.windows / seconds, sum.delivered, sum.turns, sum.clicks, sum.lives);
  std::uint64_t checks = 0;
  for (int i = 1; i <= invariants; ++i) {
    fmt::print("  checked {:2} {:<22} {}\n", i, name_of_invariant(i), sum.checks.at(static_cast<std::size_t>(i)));
    checks += sum.checks.at(static_cast<std::size_t>(i));
  }
  fmt::print("invariant checks {}\n", checks);
  for (const auto& [name, count] : sum.faults) fmt::print("  injected {:<32} {}\n", name, count);
}

Outcome run_seed(std::uint64_t seed, bool trace) {
  Simulation simulation(draw_plan(seed));
  if (trace) simulation.journal().on_line = [](const std::string& line) { fmt::print("{}\n", line); };
  return simulation.run();
}

int report_nth(const char* what, const NthReport& report) {
  fmt::print("{}: {} in the run, {} runs, {} failed\n", what, report.calls, report.runs, report.failures.size());
  for (const std::string& failure : report.failures) fmt::print("{}\n", failure);
  return report.failures.empty() ? 0 : 1;
}

int run_nth() {
  const int calls = report_nth("every call fails in six ways", fail_every_call(1));
  const int kills = report_nth("the daemon is killed at every call", kill_at_every_call(1));
  const int commits = report_nth("every commit finds a full disk", fail_every_commit());
  return calls + kills + commits == 0 ? 0 : 1;
}

// One selfie after another, each in a window of its own: how fast the simulator is.
int measure(int windows) {
  Plan plan = plain_plan();
  plan.config.swap.fast_probe = Duration{1000};
  Simulation simulation(plan);
  simulation.start_daemon();
  const auto began = std::chrono::steady_clock::now();
  while (simulation.checker().windows() < windows && !simulation.checker().violation()) {
    const int before = simulation.checker().windows();
    simulation.people().submit(simulation.daemon(), "selfie");  // Now and then it is one that was asked for already.
    simulation.until([&] { return simulation.checker().windows() > before; }, std::chrono::minutes(2));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const Outcome outcome = simulation.outcome();
  fmt::print("{} windows in {:.2f} s on one core: {:.0f} a second; {} steps, {} of simulated time\n", outcome.windows,
             seconds, outcome.windows / seconds, outcome.steps, format_duration(outcome.simulated));
  return outcome.violation || outcome.windows < windows ? 1 : 0;
}

int run(const Options& options) {
  if (options.nth) return run_nth();
  if (options.windows > 0) return measure(options.windows);
  Total total;
  const auto began = std::chrono::steady_clock::now();
  std::ifstream file(options.fixed);
  for (std::string line; std::getline(file, line);) {
    std::uint64_t seed = 0;
    if (std::istringstream(line) >> seed) add(total, seed, run_seed(seed, false));
  }
  if (options.seed) {
    add(total, *options.seed, run_seed(*options.seed, options.trace));
  } else {
    std::atomic<std::uint64_t> next = options.first;
    const auto work = [&] {
      for (std::uint64_t seed = next++; seed < options.first + options.seeds; seed = next++) {
        add(total, seed, run_seed(seed, false));
        const std::scoped_lock lock(total.mutex);
        if (!total.failed.empty() && !options.keep_going) return;
      }
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < options.threads; ++i) threads.emplace_back(work);
    threads.clear();
  }
  report(total, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return total.failed.empty() ? 0 : 1;
}

}  // namespace

}  // namespace malin::sim

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::off);
  malin::sim::Options options;
  CLI::App app("Runs the production loop on simulated time in a simulated world, and checks what must always hold.");
  app.add_option("--seeds", options.seeds, "how many seeds");
  app.add_option("--first", options.first, "the first of them");
  app.add_option("--seed", options.seed, "only this one");
  app.add_option("--threads", options.threads, "seeds run side by side");
  app.add_flag("--trace", options.trace, "tells the story in words (with --seed)");
  app.add_option("--fixed", options.fixed, "a file of seeds to run first, one a line");
  app.add_option("--windows", options.windows,
                 "measures: so many windows on the plain rig in which nothing goes wrong");
  app.add_flag("--nth", options.nth, "one run again and again: each time another call or commit fails");
  app.add_flag("--keep-going", options.keep_going, "runs on after a seed has failed");
  CLI11_PARSE(app, argc, argv);
  return malin::sim::run(options);
}
