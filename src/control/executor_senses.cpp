// The executor's verbs for senses and servers. What an engine answers proves nothing, so after every load and unload
// engine and card are looked at again before the action counts as ended.
#include <algorithm>
#include <string_view>

#include "control/deadline.hpp"
#include "control/executor.hpp"
#include "control/log.hpp"

namespace malin::control {

namespace {

constexpr Duration release_poll_first{2};
constexpr Duration release_poll_last{100};
constexpr Duration release_ask_again{1'000};

}  // namespace

Task<Result<void>> Executor::load_within(Engine& engine, LoadSense action) {
  const Duration limit = action.limit;
  LoadOrder order{.model = action.resident.model,
                  .identifier = action.resident.identifier,
                  .load_config = action.resident.load_config,
                  .ttl = action.resident.ttl};
  LoadProgress progress = [this, key = key_of(action)](double fraction) { report_progress(key, fraction); };
  Task<Result<void>> load = engine.ensure_loaded(std::move(order), std::move(progress));
  return within(outside_.clock, limit, "the load", std::move(load));
}

// Memory that was given back shows late, and would hide what a load takes.
bool Executor::is_memory_on_its_way(TimePoint moment) const {
  return std::ranges::any_of(observer_.newest().attempts, [&](const auto& row) {
    const std::string_view key = row.first;
    const bool gives_back = key.starts_with("unload ") || key.starts_with("release ") || key.starts_with("restart ");
    return gives_back && row.second.last_at + config_.swap.settle_limit > moment;
  });
}

// The models that are loaded in this engine beside one, as it was last seen.
std::set<std::string> Executor::loaded_beside(const std::string& engine, const std::string& identifier) const {
  std::set<std::string> instances;
  const auto seen = observer_.newest().engines.find(engine);
  if (seen == observer_.newest().engines.end() || seen->second.known() == nullptr) return instances;
  for (const Resident& resident : seen->second.known()->residents)
    if (resident.identifier != identifier) instances.insert(resident.instance);
  return instances;
}

// A footprint is believed only where nothing else can have moved the card's figure by much.
void Executor::learn_footprint(const LoadSense& load, Bytes free_before) {
  const SenseSpec* sense = config_.sense(load.sense);
  const auto card = observer_.newest().cards.find(load.card);
  if (sense == nullptr || card == observer_.newest().cards.end() || card->second.known() == nullptr) return;
  const Bytes taken = free_before - card->second.known()->free;
  if (taken.count < sense->footprint.count / 2 || taken.count > sense->footprint.count * 2) return;
  observer_.measured(load.sense, taken);
}

// What comes of it is in the reading, an error too.
Task<void> Executor::look_at_card(std::string card) {
  ProbeCard look{std::move(card)};
  const Result<void> seen = co_await perform(std::move(look));
}

Task<Result<void>> Executor::perform(LoadSense action) {
  Engine& engine = *outside_.engines.at(action.engine);
  const bool is_settled = !is_memory_on_its_way(outside_.clock.now());
  const std::set<std::string> others = loaded_beside(action.engine, action.resident.identifier);
  Result<CardReading> before = co_await outside_.cards.at(action.card)->probe();
  const TimePoint began = outside_.clock.now();
  const Result<void> loaded = co_await load_within(engine, action);
  if (loaded) observer_.loaded(action.sense, began);
  ProbeCard card{action.card};
  const Result<void> card_seen = co_await perform(std::move(card));
  ProbeEngine look{action.engine};
  const Result<void> engine_seen = co_await perform(std::move(look));
  const bool is_alone = others == loaded_beside(action.engine, action.resident.identifier);
  if (loaded && before && card_seen && engine_seen && is_settled && is_alone) learn_footprint(action, before->free);
  co_return loaded;
}

Task<Result<void>> Executor::perform(UnloadResident action) {
  const Result<void> gone = co_await outside_.engines.at(action.engine)->ensure_absent(action.identifier);
  ProbeEngine look{action.engine};
  const Result<void> engine_seen = co_await perform(std::move(look));
  if (const SenseSpec* sense = config_.sense(action.sense)) co_await look_at_card(sense->card);
  if (gone && !engine_seen) co_return fail(engine_seen.error().code, "unloaded, but " + engine_seen.error().message);
  co_return gone;
}

// A renderer that declines or does not answer is asked again: it has failed only when it had all of `release_limit`.
Task<Result<void>> Executor::perform(ReleaseRenderer action) {
  Renderer& renderer = *outside_.renderers.at(action.renderer);
  const RendererSpec* spec = config_.renderer(action.renderer);
  const TimePoint began = outside_.clock.now();
  const TimePoint until = began + config_.swap.release_limit;
  TimePoint ask_at = began;
  for (;;) {
    if (outside_.clock.now() >= ask_at) {
      const Result<void> asked = co_await renderer.release();
      ask_at = asked ? TimePoint::max() : outside_.clock.now() + release_ask_again;
    }
    const TimePoint asked_at = outside_.clock.now();
    Result<RendererReading> reading = co_await renderer.probe();
    ProbeRenderer probe{action.renderer};
    observer_.saw(probe, asked_at, reading);
    if (reading && reading->held <= spec->rest) {
      co_await look_at_card(spec->card);
      co_return Result<void>();
    }
    if (outside_.clock.now() >= until) {
      if (!reading) co_return std::unexpected(reading.error());
      co_return fail(Errc::timeout, "it still holds " + format_bytes(reading->held) + " after " +
                                        format_duration(config_.swap.release_limit));
    }
    // Most give it back at once; the longer it takes, the less often it is asked.
    const TimePoint now = outside_.clock.now();
    co_await outside_.clock.sleep_until(now + std::clamp((now - began) / 8, release_poll_first, release_poll_last));
  }
}

Task<Result<void>> Executor::run_command(std::string server, std::string command) {
  const Duration limit = outside_.servers.at(server).limit;
  const Result<std::string> output = co_await outside_.commands.run(std::move(command), limit);
  observer_.restarted(server, outside_.clock.now());
  log_command(server, output);
  if (!output) co_return std::unexpected(output.error());
  co_return Result<void>();
}

Task<Result<void>> Executor::perform(StartServer action) {
  std::string command = outside_.servers.at(action.server).start;
  co_return co_await run_command(std::move(action.server), std::move(command));
}

Task<Result<void>> Executor::perform(RestartServer action) {
  std::string command = outside_.servers.at(action.server).restart;
  co_return co_await run_command(std::move(action.server), std::move(command));
}

}  // namespace malin::control
