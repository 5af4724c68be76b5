// The simulated LM Studio as an Engine, in process: what the adapter does over LM Studio's WebSocket protocol.
#pragma once

#include <functional>
#include <string>

#include "ports/engine.hpp"
#include "world/lmstudio.hpp"
#include "world/wire.hpp"

namespace malin::world {

// "context=8192" in a load config of the world; 0: the model's default.
int context_of(const std::string& config);

struct LmStudioPortOptions {
  Duration rpc_limit{5'000};
  Duration unload_limit{30'000};
  Duration drain_limit{15'000};
  Duration gone_limit{10'000};
  Duration deep_limit{120'000};
  Duration poll{100};
};

class LmStudioPort final : public Engine {
 public:
  // All references outlive the port.
  LmStudioPort(LmStudio& studio, Wire wire, LmStudioPortOptions options = {})
      : studio_(studio), wire_(std::move(wire)), options_(options) {}

  Task<Result<EngineReading>> probe() override;
  Task<Result<void>> ensure_loaded(LoadOrder order, LoadProgress progress) override;
  Task<Result<void>> ensure_absent(std::string identifier) override;
  Task<Result<void>> probe_sense(std::string identifier) override;

  // What the engine really does, when it does it. May be empty.
  std::function<void(TimePoint asked_at, const EngineReading&)> on_reading;
  std::function<void(const std::string& identifier)> on_unload;     // It goes now.
  std::function<void(const std::string& reference)> on_deep_probe;  // This instance has answered as it should.

 private:
  Task<Result<EngineReading>> list(TimePoint asked_at);
  Task<Result<void>> load(LoadOrder order, LoadProgress progress);
  Task<Result<void>> unload(std::string identifier);
  Task<Result<void>> speak(std::string identifier);
  Task<Result<void>> drain(std::string identifier);
  Task<void> pause() { return wire_.clock().sleep_until(wire_.clock().now() + options_.poll); }

  LmStudio& studio_;
  Wire wire_;
  LmStudioPortOptions options_;
};

}  // namespace malin::world
