// The executor's verbs for senses and servers (control/executor.hpp). Each looks again before it reports, so that the
// next decision is made on how things stand after it.
#include <algorithm>

#include <spdlog/spdlog.h>

#include "control/deadline.hpp"
#include "control/executor.hpp"
#include "control/record.hpp"

namespace malin::control {

namespace {

constexpr Duration card_limit{5'000};
constexpr Duration unload_limit{180'000};  // A voice that is speaking answers only afterwards.
constexpr double plausible_least = 0.25;   // Of the configured footprint; a measure beyond is someone else's doing.
constexpr double plausible_most = 4;

Task<std::optional<Bytes>> free_on(const Ports& ports, std::string card) {
  const auto found = ports.cards.find(card);
  if (found == ports.cards.end()) co_return std::nullopt;
  Task<Result<CardReading>> probe = found->second->probe();
  const Result<CardReading> reading = co_await within(ports.clock, card_limit, "card " + card, std::move(probe));
  if (!reading) co_return std::nullopt;
  co_return reading->free;
}

bool is_plausible(Bytes measured, Bytes configured) {
  const auto ratio =
      static_cast<double>(measured.count) / static_cast<double>(std::max<std::int64_t>(configured.count, 1));
  return ratio >= plausible_least && ratio <= plausible_most;
}

}  // namespace

Task<Result<void>> Executor::perform(LoadSense action) {
  Engine& engine = *ports_.engines.at(action.engine);
  const std::optional<Bytes> before = co_await free_on(ports_, action.card);
  LoadOrder order;
  order.model = action.resident.model;
  order.identifier = action.resident.identifier;
  order.load_config = action.resident.load_config;
  order.ttl = action.resident.ttl;
  const std::string key = key_of(action);
  LoadProgress progress = [this, key](double fraction) {
    for (InFlight& one : in_flight_)
      if (key_of(one.action) == key) one.progress = fraction;
    changed_();
  };
  Task<Result<void>> load = engine.ensure_loaded(std::move(order), std::move(progress));
  Result<void> outcome = co_await within(ports_.clock, action.limit, "loading " + action.sense, std::move(load));
  ProbeEngine look;
  look.engine = action.engine;
  co_await perform(std::move(look));
  const std::optional<Bytes> after = co_await free_on(ports_, action.card);
  const SenseSpec* spec = config_.sense(action.sense);
  if (outcome && before && after && spec != nullptr && is_plausible(*before - *after, spec->footprint))
    seen_.measured[action.sense] = *before - *after;
  co_return outcome;
}

Task<Result<void>> Executor::perform(UnloadResident action) {
  Task<Result<void>> unload = ports_.engines.at(action.engine)->ensure_absent(action.identifier);
  Result<void> outcome = co_await within(ports_.clock, unload_limit, "unloading " + action.sense, std::move(unload));
  ProbeEngine look;
  look.engine = action.engine;
  co_await perform(std::move(look));
  co_return outcome;
}

Task<Result<void>> Executor::run_command(std::string server, std::string command) {
  seen_.restarts[server].push_back(ports_.clock.now());
  if (seen_.restarts[server].size() > 100) seen_.restarts[server].erase(seen_.restarts[server].begin());
  Task<Result<std::string>> run = ports_.commands.run(command, ports_.servers.at(server).limit);
  const Result<std::string> output = co_await std::move(run);
  if (!output) co_return std::unexpected(output.error());
  spdlog::info("server={} command=\"{}\" output=\"{}\"", server, command, *output);
  co_return Result<void>();
}

Task<Result<void>> Executor::perform(StartServer action) {
  const std::string command = ports_.servers.at(action.server).start;
  Task<Result<void>> run = run_command(action.server, command);
  co_return co_await std::move(run);
}

Task<Result<void>> Executor::perform(RestartServer action) {
  const ServerCommands& commands = ports_.servers.at(action.server);
  const std::string command = commands.restart.empty() ? commands.stop + "; " + commands.start : commands.restart;
  Task<Result<void>> run = run_command(action.server, command);
  co_return co_await std::move(run);
}

}  // namespace malin::control
