// Any server that has a health address, as an Engine with one resident: it can be watched, not loaded or unloaded.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "ports/engine.hpp"

namespace malin::adapters {

struct HttpEngineOptions {
  std::string url;               // "http://127.0.0.1:9000"
  std::string path = "/health";  // A 2xx answer to GET means that it is well.
  std::string model;             // What its one resident is called.
  std::string identifier;        // Empty: as `model`.
  Duration limit{5'000};
};

class HttpEngine final : public Engine {
 public:
  HttpEngine(boost::asio::any_io_executor executor, HttpEngineOptions options);
  ~HttpEngine() override;

  // One idle resident when it is well; none, and a note, when it answers otherwise.
  Task<Result<EngineReading>> probe() override;
  // Ok when it is well; else refused.
  Task<Result<void>> ensure_loaded(LoadOrder order, LoadProgress progress) override;
  // Always refused.
  Task<Result<void>> ensure_absent(std::string identifier) override;
  // The health request again. not_found: it is not well, or another identifier.
  Task<Result<void>> probe_sense(std::string identifier) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace malin::adapters
