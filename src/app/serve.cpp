#include "app/serve.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "adapters/system/service_manager.hpp"
#include "adapters/system/system_clock.hpp"
#include "app/daemon.hpp"
#include "app/log_setup.hpp"
#include "app/report_problems.hpp"
#include "app/studio.hpp"
#include "ports/task.hpp"

namespace malin::app {

namespace asio = boost::asio;

namespace {

// The journal has the time already.
void set_up_log(const RootSettings& settings) {
  const bool is_json = settings.log_format == "json";
  set_log(spdlog::stderr_logger_st("malin"), is_json ? control::LogFormat::json : control::LogFormat::logfmt,
          std::getenv("JOURNAL_STREAM") == nullptr);
  spdlog::set_level(spdlog::level::from_str(settings.log_level));
}

// A core dump would hold the tokens.
void forbid_core_dumps() {
  const rlimit none{};
  if (::setrlimit(RLIMIT_CORE, &none) != 0)
    spdlog::warn("core dumps could not be switched off: {}", std::generic_category().message(errno));
}

DaemonOptions daemon_options() {
  DaemonOptions options;
  options.on_progress = adapters::notify_alive;
  options.on_ready = [] { spdlog::info("she is ready: every sense is here and has answered"); };
  options.on_line = adapters::notify_status;
  if (const auto watchdog = adapters::watchdog_interval())
    options.progress_interval = std::min(options.progress_interval, *watchdog / 3);
  return options;
}

// What broke first; what was cancelled because of it says nothing.
std::string cause_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const asio::multiple_exceptions& all) {
    return cause_of(all.first_exception());
  } catch (const std::exception& one) { return one.what(); }
}

Task<void> stop_on_signal(asio::signal_set& signals, Daemon& daemon) {
  const auto [error, signal] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
  if (error) co_return;
  spdlog::info("signal={}: ending; what is under way is found again at the next start", signal);
  adapters::notify_stopping();
  daemon.stop();
}

// What cannot be looked at can never be delivered: better said now than when the first render is done. But the first
// moment belongs to whoever asks, and her senses are kept in any case.
Task<void> try_studio(Clock& clock) {
  co_await clock.sleep_until(clock.now() + std::chrono::seconds(1));
  const Result<void> studio = co_await probe_studio();
  if (!studio) spdlog::error("nothing that is rendered could be delivered: {}", studio.error().message);
}

Task<void> serve(asio::io_context& io, Clock& clock, const AppConfig& config, asio::signal_set& signals,
                 std::unique_ptr<Daemon>& daemon, int& exit_code) {
  auto opened = co_await Daemon::open(io.get_executor(), clock, config, daemon_options());
  if (!opened) {
    spdlog::error("cannot start: {}", opened.error().message);
    exit_code = 1;
    io.stop();
    co_return;
  }
  daemon = std::move(*opened);
  adapters::notify_ready();
  asio::co_spawn(io, stop_on_signal(signals, *daemon), rethrow);
  asio::co_spawn(io, try_studio(clock), rethrow);
  co_await daemon->run();
  io.stop();
}

}  // namespace

int run_serve(const ServeOptions& options) {
  const ConfigResult config = load_config(options.config, process_environment());
  if (!config) return report_problems(options.config, config.error());
  set_up_log(config->root);
  forbid_core_dumps();
  std::signal(SIGPIPE, SIG_IGN);

  asio::io_context io(1);
  adapters::SystemClock clock;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  std::unique_ptr<Daemon> daemon;
  int exit_code = 0;
  asio::co_spawn(io, serve(io, clock, *config, signals, daemon, exit_code), rethrow);
  try {
    io.run();
  } catch (const std::exception&) {
    // The service manager starts us again, and the ledger says how things stood.
    spdlog::critical("broken: {}", cause_of(std::current_exception()));
    exit_code = 1;
  }
  return exit_code;
}

}  // namespace malin::app
