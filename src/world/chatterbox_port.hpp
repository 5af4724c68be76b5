// The simulated Chatterbox as an Engine with one resident, as its adapter shows it.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "ports/engine.hpp"
#include "world/chatterbox.hpp"
#include "world/wire.hpp"

namespace malin::world {

struct ChatterboxPortOptions {
  std::string identifier = "chatterbox";
  bool can_unload = true;
  Duration probe_limit{20'000};
  Duration call_limit{120'000};
};

class ChatterboxPort final : public Engine {
 public:
  // `server`: where the server's own work goes on when whoever asked for it is gone. All references outlive the port.
  ChatterboxPort(boost::asio::any_io_executor server, Chatterbox& chatterbox, Wire wire,
                 ChatterboxPortOptions options = {})
      : server_(std::move(server)), chatterbox_(chatterbox), wire_(std::move(wire)), options_(std::move(options)) {}

  Task<Result<EngineReading>> probe() override;
  Task<Result<void>> ensure_loaded(LoadOrder order, LoadProgress progress) override;
  Task<Result<void>> ensure_absent(std::string identifier) override;
  Task<Result<void>> probe_sense(std::string identifier) override;

  // As for the port of LM Studio. May be empty.
  std::function<void(TimePoint asked_at, const EngineReading&)> on_reading;
  std::function<void(const std::string& identifier)> on_unload;
  std::function<void(const std::string& reference)> on_deep_probe;

 private:
  Task<Result<EngineReading>> list(TimePoint asked_at);
  Task<Result<void>> load(LoadProgress progress);
  Task<Result<void>> unload(std::string identifier);
  Task<Result<void>> speak();
  Task<Result<void>> reach();
  Task<Result<void>> in_server(Task<Result<void>> work);
  std::string reference() const;

  boost::asio::any_io_executor server_;
  Chatterbox& chatterbox_;
  Wire wire_;
  ChatterboxPortOptions options_;
};

}  // namespace malin::world
