// A server that hosts models: lists, loads, unloads and probes them.
// Every verb is idempotent and has its own deadline; an "ok" of an engine proves nothing until it is probed again.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/reading.hpp"
#include "ports/task.hpp"

namespace malin {

struct LoadOrder {
  std::string model;
  std::string identifier;
  std::string load_config;      // As a Resident reported it, or empty for the engine's defaults.
  std::optional<Duration> ttl;  // Empty = stays until unloaded.
};

using LoadProgress = std::function<void(double fraction)>;

class Engine {
 public:
  virtual ~Engine() = default;

  // What is loaded, busy or not, with load configs.
  virtual Task<Result<EngineReading>> probe() = 0;

  // Loads it unless that identifier is already loaded. refused: it does not fit, or the engine declined;
  // not_found: no such model there. `progress` may be called any number of times before the return.
  // Cancelling the coroutine cancels the load.
  virtual Task<Result<void>> ensure_loaded(LoadOrder order, LoadProgress progress) = 0;

  // Waits until it is not generating (within the adapter's own limit: timeout), then unloads it. Ok when it is not
  // there. refused: this engine cannot unload.
  virtual Task<Result<void>> ensure_absent(std::string identifier) = 0;

  // Deep probe: one token from `identifier`. bad_reply: garbage, an error, or another model answered.
  // Never causes a load: not_found if it is not loaded.
  virtual Task<Result<void>> probe_sense(std::string identifier) = 0;

  // The file on this machine that `model` is loaded from. not_found: there is none, or it is not known.
  virtual Task<Result<std::string>> find_file(std::string model) {
    co_return fail(Errc::not_found, "it is not known which file " + model + " is loaded from");
  }
};

}  // namespace malin
