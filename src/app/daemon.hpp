// The daemon, wired together: state folder, store, adapters, loop and api. What it says while it starts and runs goes
// to the log.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "app/config.hpp"
#include "ports/clock.hpp"
#include "ports/task.hpp"

namespace malin::app {

struct DaemonOptions {
  std::function<void()> on_ready{};                   // Every sense is ready for the first time. May be empty.
  std::function<void()> on_progress{};                // The loop has come round. May be empty.
  Duration progress_interval{10'000};                 // How long that takes at most.
  std::function<void(const std::string&)> on_line{};  // How things stand, in a line, when that changes. May be empty.
};

class Daemon {
 public:
  // `config` and `clock` outlive the daemon. Blocks while the state is opened.
  // refused: another daemon has the state folder, the state is not ours, or the address is taken.
  static Task<Result<std::unique_ptr<Daemon>>> open(boost::asio::any_io_executor executor, Clock& clock,
                                                    const AppConfig& config, DaemonOptions options);
  ~Daemon();

  // The api's.
  std::uint16_t port() const;

  // Until `stop`. When it returns nothing of the daemon runs any more.
  Task<void> run();
  void stop();

 private:
  struct Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace malin::app
