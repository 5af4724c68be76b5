// What Malin herself adds to a window: how long a sense was away, less the time in which engine, renderer and card were
// at work. The daemon is the installed program and talks to the rig in this process over the real protocols.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "adapters/system/system_clock.hpp"
#include "app/rest_client.hpp"
#include "app/studio/rig_config.hpp"
#include "app/temporary_folder.hpp"
#include "net/json.hpp"
#include "started_daemon.hpp"
#include "window/watcher.hpp"

namespace {

using namespace malin;
using namespace malin::bench;
namespace asio = boost::asio;
namespace json = boost::json;
namespace fs = std::filesystem;

constexpr Duration look_interval{10};
constexpr Duration story_limit{60'000};

struct Options {
  std::string malin = "build/release/malin";
  std::string json;
  int rounds = 50;
  std::vector<int> delays_ms{0, 100, 300, 900, 1300};
  std::uint16_t port = 7541;
};

struct Sample {
  Milliseconds away{};
  Milliseconds busy{};
  std::map<std::string, Milliseconds> gaps;
};

// Everything is quick, so that many windows fit into a minute; the card shows memory free `delay` after it was given
// back.
rig::RigOptions quick_rig(const fs::path& folder, Duration delay) {
  rig::RigOptions options;
  options.directory = folder;
  options.tick = std::chrono::milliseconds(1);
  options.lmstudio.models = world::default_models();
  for (world::Model& model : options.lmstudio.models) model.load_time = Duration{60};
  options.lmstudio.first_token = Duration{10};
  options.lmstudio.tokens_per_second = 200;
  options.lmstudio.unload_time = Duration{20};
  options.lmstudio.settle_min = options.lmstudio.settle_max = delay;
  options.comfyui.world.settle = delay;
  options.comfyui.image_load = Duration{20};
  options.comfyui.image_step = Duration{2};
  options.comfyui.decode = Duration{10};
  return options;
}

// The rig's own config with the probes that a config has by itself, and without pauses between windows.
void write_config(const fs::path& folder, rig::Rig& world, const rig::RigOptions& rig_options,
                  const app::RigSupplies& supplies, std::uint16_t port) {
  app::RigConfigOptions options = app::rig_config_options(world, rig_options);
  options.speed = 1000;
  options.api_port = port;
  const auto path = app::write_rig_config(folder, supplies, options);
  if (!path) throw std::runtime_error(path.error().message);
  std::string config = std::regex_replace(read_text(*path), std::regex("fast_probe = .*"), "fast_probe = \"500ms\"");
  config = std::regex_replace(config, std::regex("slow_probe = .*"), "slow_probe = \"5s\"");
  std::ofstream(*path) << config;
}

class Bench {
 public:
  Bench(asio::io_context& io, rig::Rig& world, std::uint16_t port, int rounds)
      : watcher_(world), rest_(io.get_executor(), url(port), ""), rounds_(rounds) {}

  Task<void> run() {
    co_await wait_for_green();
    for (int round = 0; round < rounds_ + 1; ++round) {
      watcher_.start_over();
      const Sample sample = co_await one_window();
      if (round > 0) samples_.push_back(sample);  // The first one learns the footprints.
    }
    is_over_ = true;
  }
  bool is_over() const { return is_over_; }
  Watcher& watcher() { return watcher_; }
  std::vector<Sample>& samples() { return samples_; }

 private:
  static net::Url url(std::uint16_t port) {
    net::Url url;
    url.host = "127.0.0.1";
    url.port = port;
    return url;
  }

  Task<json::value> get(std::string path) {
    Result<app::RestAnswer> answer = co_await rest_.ask("GET", std::move(path));
    co_return answer && answer->is_success() ? std::move(answer->body) : json::value(nullptr);
  }

  Task<void> pause() {
    if (clock_.now() > limit_) throw std::runtime_error("a window took longer than a minute; see malin.log");
    co_await clock_.sleep_until(clock_.now() + look_interval);
  }

  Task<void> wait_for_green() {
    limit_ = clock_.now() + story_limit;
    for (;;) {
      const json::value status = co_await get("/v1/status");
      if (net::find_string(status, "glow") == "green") co_return;
      co_await pause();
    }
  }

  // A picture that needs a sense away, until everyone is back and it is delivered.
  Task<Sample> one_window() {
    json::value job = json::object{{"kind", "selfie"}, {"prompt", fmt::format("picture {}", ++pictures_)}};
    const Result<app::RestAnswer> taken = co_await rest_.ask("POST", "/v1/jobs", std::move(job));
    if (!taken || taken->status != 201) throw std::runtime_error("a job was not taken");
    const std::string path = "/v1/jobs/" + net::find_string(taken->body, "id").value_or("");
    limit_ = clock_.now() + story_limit;
    for (;;) {
      const json::value state = co_await get(path);
      const json::value windows = co_await get("/v1/windows?limit=1");
      const json::array* listed = net::find_array(windows, "windows");
      const bool is_delivered = net::find_string(state, "state") == "delivered";
      if (is_delivered && listed && !listed->empty() && net::find_string(listed->front(), "phase") == "closed")
        co_return measured(listed->front());
      co_await pause();
    }
  }

  Sample measured(const json::value& window) {
    Sample sample;
    for (const json::value& leave : *net::find_array(window, "leaves"))
      sample.away = std::max(sample.away, Milliseconds(net::find_double(leave, "away_s").value_or(0) * 1000));
    sample.busy = watcher_.busy();
    sample.gaps = watcher_.gaps();
    return sample;
  }

  adapters::SystemClock clock_;
  Watcher watcher_;
  app::RestClient rest_;
  int rounds_;
  int pictures_ = 0;
  bool is_over_ = false;
  TimePoint limit_{};
  std::vector<Sample> samples_;
};

std::vector<Sample> measure(const Options& options, Duration delay) {
  const Result<app::TemporaryFolder> folder = app::TemporaryFolder::make("malin-window");
  const Result<app::RigSupplies> supplies = app::find_supplies();
  if (!folder || !supplies) throw std::runtime_error("the rig's supplies are not beside this program");
  asio::io_context io(1);
  const rig::RigOptions rig_options = quick_rig(folder->path(), delay);
  rig::Rig world(io.get_executor(), rig_options);
  if (const Result<void> started = world.start(); !started) throw std::runtime_error(started.error().message);
  write_config(folder->path(), world, rig_options, *supplies, options.port);
  const StartedDaemon daemon(options.malin, folder->path());
  Bench bench(io, world, options.port, options.rounds);
  asio::co_spawn(io, bench.run(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  while (!bench.is_over()) {
    io.run_one();
    bench.watcher().look();
  }
  return std::move(bench.samples());
}

double quantile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5));
}

json::object summarise(int delay_ms, const std::vector<Sample>& samples) {
  std::vector<double> own;
  std::vector<double> away;
  std::map<std::string, double> gaps;
  for (const Sample& sample : samples) {
    own.push_back((sample.away - sample.busy).count());
    away.push_back(sample.away.count());
    for (const auto& [name, length] : sample.gaps) gaps[name] += length.count() / static_cast<double>(samples.size());
  }
  fmt::print("| {:>4} ms | {:>4} | {:>8.0f} | {:>6.1f} | {:>6.1f} | {:>6.1f} |\n", delay_ms, samples.size(),
             quantile(away, 0.5), quantile(own, 0.5), quantile(own, 0.99), quantile(own, 1));
  std::fflush(stdout);
  json::object between;
  for (const auto& [name, mean] : gaps) between[name] = mean;
  return {{"delay_ms", delay_ms},
          {"windows", samples.size()},
          {"away_p50_ms", quantile(away, 0.5)},
          {"own_p50_ms", quantile(own, 0.5)},
          {"own_p99_ms", quantile(own, 0.99)},
          {"own_max_ms", quantile(own, 1)},
          {"idle_between_mean_ms", std::move(between)}};
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("What Malin herself adds to a window");
  app.add_option("--malin", options.malin, "The program");
  app.add_option("--rounds", options.rounds, "Windows for each delay");
  app.add_option("--delays", options.delays_ms, "How late the card shows memory free, in ms")->delimiter(',');
  app.add_option("--port", options.port, "Of the daemon");
  app.add_option("--json", options.json, "Where the figures go as well");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  json::array rows;
  fmt::print(
      "| card shows memory after | windows | away p50 | own p50 | own p99 | own max (ms) "
      "|\n|---|---|---|---|---|---|\n");
  try {
    for (const int delay : options.delays_ms) rows.push_back(summarise(delay, measure(options, Duration{delay})));
  } catch (const std::exception& error) {
    fmt::print(stderr, "window_bench: {}\n", error.what());
    return 1;
  }
  if (!options.json.empty()) std::ofstream(options.json) << json::serialize(json::object{{"windows", rows}}) << '\n';
  return 0;
}
