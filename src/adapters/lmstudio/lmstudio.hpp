// LM Studio as an Engine. Its WebSocket protocol first: it alone can bring a model back exactly as it was. Where that
// is declined, REST v1, which says in every reading what it cannot restore. LM Studio answers 200 to nearly anything:
// only the field that was asked for counts, never the status.
//
// Load configs: the text of the `fields` array that LM Studio reported; in a config file also a plain object,
// {"contextLength": 8192, "seed": ...}: a key that has no dot gets "llm.load." in front (for embedding
// models "embedding.load."), one that has is sent as it is: {"llm.load.llama.evalBatchSize": 512}.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "ports/engine.hpp"

namespace malin::adapters {

struct LmStudioOptions {
  std::string url;    // "http://127.0.0.1:1234"; empty: looked for on this machine (discovery.hpp), again when lost.
  std::string token;  // "sk-lm-...", only where LM Studio requires authentication.
  std::string home;   // LM Studio's folder; empty: as it says itself.
  std::string models_dir;         // Where its models lie on this machine; empty: as its own settings say.
  Duration rpc_limit{5'000};      // For an answer that needs no work; also for connecting.
  Duration load_limit{600'000};   // For a load, until it is cancelled.
  Duration unload_limit{30'000};  // For the answer to an unload.
  Duration drain_limit{15'000};   // For a running generation to end before an unload.
  Duration gone_limit{10'000};    // For an unloaded instance to leave the list.
  Duration deep_limit{120'000};   // For the one token of a deep probe: the first after a load compiles kernels.
  Duration poll{100};             // Between two looks while waiting for one of the above, at most.
};

class LmStudio final : public Engine {
 public:
  LmStudio(boost::asio::any_io_executor executor, LmStudioOptions options);
  ~LmStudio() override;

  Task<Result<EngineReading>> probe() override;
  Task<Result<void>> ensure_loaded(LoadOrder order, LoadProgress progress) override;
  Task<Result<void>> ensure_absent(std::string identifier) override;
  Task<Result<void>> probe_sense(std::string identifier) override;
  Task<Result<std::string>> find_file(std::string model) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace malin::adapters
