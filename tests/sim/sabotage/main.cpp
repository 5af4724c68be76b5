// sim_sabotage: for each sabotage, how many seeds the simulator needs to find it, and by which invariant.
// Ends with the number that were not found: 0 is well.
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "sim/sabotage/switch.hpp"
#include "sim/simulation.hpp"

namespace malin::sim {

namespace {

struct Catch {
  std::uint64_t seed = 0;
  Violation violation;
};

std::optional<Catch> hunt(std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Outcome outcome = Simulation(draw_plan(seed)).run();
    if (outcome.violation) return Catch{seed, *outcome.violation};
  }
  return std::nullopt;
}

// True: found within its number of seeds.
bool try_sabotage(std::size_t number) {
  const SabotageInfo& info = sabotages().at(number - 1);
  if (*info.lost != '\0') {
    fmt::print("| {} | LOST ITS PLACE | {} | |\n", info.name, info.lost);
    return false;
  }
  sabotage = static_cast<int>(number);
  const std::optional<Catch> found = hunt(static_cast<std::uint64_t>(info.seeds));
  sabotage = 0;
  if (found)
    fmt::print("| {} | {} {} | {} of {} | {} |\n", info.name, found->violation.invariant,
               name_of_invariant(found->violation.invariant), found->seed, info.seeds, found->violation.what);
  else
    fmt::print("| {} | NOT FOUND | {} | |\n", info.name, info.seeds);
  std::fflush(stdout);
  return found.has_value();
}

int try_all(const std::string& only) {
  int missed = 0;
  int tried = 0;
  fmt::print("| sabotage | invariant | found with seed | how it showed |\n|---|---|---|---|\n");
  for (std::size_t number = 1; number <= sabotages().size(); ++number) {
    if (!only.empty() && only != sabotages().at(number - 1).name) continue;
    ++tried;
    if (!try_sabotage(number)) ++missed;
  }
  fmt::print("sabotages {}, found {}\n", tried, tried - missed);
  return tried == 0 ? 1 : missed;
}

int trace(const std::string& name, std::uint64_t seed) {
  for (std::size_t number = 1; number <= sabotages().size(); ++number)
    if (name == sabotages().at(number - 1).name) sabotage = static_cast<int>(number);
  Simulation simulation(draw_plan(seed));
  simulation.journal().on_line = [](const std::string& line) { fmt::print("{}\n", line); };
  return simulation.run().violation ? 1 : 0;
}

}  // namespace

}  // namespace malin::sim

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::off);
  std::string only;
  std::uint64_t seed = 0;
  CLI::App app("Tries each sabotage: the simulator must find it within its number of seeds.");
  app.add_option("--sabotage", only, "only this one");
  app.add_option("--seed", seed, "tells the story of one seed with it");
  CLI11_PARSE(app, argc, argv);
  return seed == 0 ? malin::sim::try_all(only) : malin::sim::trace(only, seed);
}
