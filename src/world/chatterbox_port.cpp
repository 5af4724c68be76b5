#include "world/chatterbox_port.hpp"

#include <memory>
#include <optional>

#include <boost/asio/co_spawn.hpp>

namespace malin::world {

namespace {

constexpr Duration speech_look{50};

Task<Result<void>> say(Chatterbox& chatterbox) {
  const Result<Duration> said = co_await chatterbox.speak("yes");
  if (!said) co_return std::unexpected(said.error());
  co_return Result<void>();
}

}  // namespace

Task<Result<EngineReading>> ChatterboxPort::probe() {
  return wire_.carry("probe", "", options_.probe_limit, list(wire_.clock().now()));
}

Task<Result<void>> ChatterboxPort::ensure_loaded(LoadOrder order, LoadProgress progress) {
  return wire_.carry("load", order.identifier, options_.call_limit, load(std::move(progress)));
}

Task<Result<void>> ChatterboxPort::ensure_absent(std::string identifier) {
  return wire_.carry("unload", identifier, options_.call_limit, unload(identifier));
}

Task<Result<void>> ChatterboxPort::probe_sense(std::string identifier) {
  return wire_.carry("deep probe", identifier, options_.call_limit, speak());
}

std::string ChatterboxPort::reference() const {
  return options_.identifier + "#" + std::to_string(chatterbox_.counters().loads);
}

// It answers nothing while it speaks or loads.
Task<Result<void>> ChatterboxPort::reach() {
  const TimePoint deadline = wire_.clock().now() + options_.probe_limit;
  for (;;) {
    if (!chatterbox_.alive()) co_return fail(Errc::unreachable, "Chatterbox is not running");
    if (!chatterbox_.busy() && !chatterbox_.hangs()) co_return Result<void>();
    if (wire_.clock().now() >= deadline) co_return fail(Errc::timeout, "Chatterbox is silent; it may be speaking");
    co_await wire_.clock().sleep_until(wire_.clock().now() + speech_look);
  }
}

Task<Result<EngineReading>> ChatterboxPort::list(TimePoint asked_at) {
  const Result<void> reached = co_await reach();
  if (!reached) co_return std::unexpected(reached.error());
  EngineReading reading;
  reading.version = "simulated";
  if (chatterbox_.loaded())
    reading.residents.push_back(
        {.model = "chatterbox", .identifier = options_.identifier, .instance = reference(), .load_config = ""});
  if (on_reading) on_reading(asked_at, reading);
  co_return reading;
}

// The server ends what it has begun, whether or not anybody still waits for it.
Task<Result<void>> ChatterboxPort::in_server(Task<Result<void>> work) {
  const auto outcome = std::make_shared<std::optional<Result<void>>>();
  boost::asio::co_spawn(server_, std::move(work), [outcome](std::exception_ptr error, Result<void> result) {
    if (error) std::rethrow_exception(error);
    *outcome = std::move(result);
  });
  const TimePoint deadline = wire_.clock().now() + options_.call_limit;
  while (!*outcome) {
    if (wire_.clock().now() >= deadline) co_return fail(Errc::timeout, "Chatterbox is silent");
    co_await wire_.clock().sleep_until(wire_.clock().now() + speech_look);
  }
  co_return **outcome;
}

Task<Result<void>> ChatterboxPort::load(LoadProgress progress) {
  const Result<void> reached = co_await reach();
  if (!reached) co_return reached;
  if (chatterbox_.loaded()) co_return Result<void>();
  if (!options_.can_unload) co_return fail(Errc::refused, "this Chatterbox loads its model only when it starts");
  const Result<void> loaded = co_await in_server(chatterbox_.load());
  if (loaded && progress) progress(1);
  co_return loaded;
}

Task<Result<void>> ChatterboxPort::unload(std::string identifier) {
  const Result<void> reached = co_await reach();
  if (!reached) co_return reached;
  if (!chatterbox_.loaded()) co_return Result<void>();
  if (!options_.can_unload) co_return fail(Errc::refused, "this Chatterbox cannot unload its model");
  if (on_unload) on_unload(identifier);
  co_return co_await in_server(chatterbox_.unload());
}

Task<Result<void>> ChatterboxPort::speak() {
  const Result<void> reached = co_await reach();
  if (!reached) co_return reached;
  if (!chatterbox_.loaded()) co_return fail(Errc::not_found, "Chatterbox has no model loaded");
  const std::string asked = reference();
  const Result<void> said = co_await in_server(say(chatterbox_));
  if (said && on_deep_probe) on_deep_probe(asked);
  co_return said;
}

}  // namespace malin::world
