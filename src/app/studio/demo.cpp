#include "app/studio/demo.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "adapters/system/system_clock.hpp"
#include "app/client_json.hpp"
#include "app/command_line_groups.hpp"
#include "app/daemon.hpp"
#include "app/log_setup.hpp"
#include "app/report_problems.hpp"
#include "app/screen.hpp"
#include "app/studio/demo_report.hpp"
#include "app/studio/demo_talk.hpp"
#include "app/studio/demo_view.hpp"
#include "app/studio/rig_config.hpp"
#include "app/temporary_folder.hpp"
#include "net/event_stream.hpp"
#include "ports/task.hpp"
#include "rig/rig.hpp"

namespace malin::app {

namespace asio = boost::asio;
namespace json = net::json;

namespace {

constexpr Duration story_limit{20 * 60'000};  // Simulated. It takes about three minutes.
constexpr Duration ready_limit{2 * 60'000};
constexpr std::chrono::milliseconds frame{200};
constexpr std::size_t told_max = 8;
constexpr Duration video_step{1700};  // Of thirty: a video takes about a minute.

net::Url local(std::uint16_t port) {
  net::Url url;
  url.host = "127.0.0.1";
  url.port = port;
  return url;
}

class Demo {
 public:
  Demo(asio::io_context& io, const DemoOptions& options, rig::Rig& world, const AppConfig& config)
      : io_(io),
        options_(options),
        world_(world),
        config_(config),
        clock_(options.speed),
        out_(options.json ? stderr : stdout),
        screen_(out_, Screen::Place::in_line) {}

  Task<void> run();
  int exit_code() const { return exit_code_; }

 private:
  Task<void> play();
  Task<bool> watch_until(std::function<bool()> is_over, Duration limit);
  Task<bool> look();
  void tell(const std::string& stream);
  Task<void> queue_backlog();
  Task<void> conclude();
  bool is_drained() const;
  std::string describe_talk() const;

  asio::io_context& io_;
  const DemoOptions& options_;
  rig::Rig& world_;
  const AppConfig& config_;
  adapters::SystemClock clock_;
  std::FILE* out_;
  Screen screen_;
  std::unique_ptr<Daemon> daemon_;
  std::optional<RestClient> rest_;
  std::optional<DemoTalk> talk_;
  DemoScene scene_;
  std::int64_t told_up_to_ = 0;
  TimePoint began_{};
  std::vector<world::Instance> before_;
  int exit_code_ = exit_failed;
};

Task<void> Demo::run() {
  began_ = clock_.now();
  scene_.speed = options_.speed;
  const DaemonOptions daemon_options;
  auto opened = co_await Daemon::open(io_.get_executor(), clock_, config_, daemon_options);
  if (!opened) {
    fmt::print(stderr, "malin demo: {}\n", opened.error().message);
  } else {
    daemon_ = std::move(*opened);
    rest_.emplace(io_.get_executor(), local(daemon_->port()), "");
    asio::co_spawn(io_, daemon_->run(), rethrow);
    co_await play();
  }
  io_.stop();
}

Task<void> Demo::play() {
  const auto is_green = [this] { return net::find_string(scene_.status, "glow") == "green"; };
  if (!co_await watch_until(is_green, ready_limit)) {
    fmt::print(stderr, "malin demo: her senses did not come up within two minutes of her time\n");
    co_return;
  }
  before_ = world_.lmstudio().studio().instances();
  began_ = clock_.now();
  co_await queue_backlog();
  talk_.emplace(io_.get_executor(), clock_, local(daemon_->port()), local(world_.ports().lmstudio), "dolphin-24b");
  asio::co_spawn(io_, talk_->run(), rethrow);
  const bool is_done = co_await watch_until([this] { return is_drained(); }, story_limit);
  if (!is_done) fmt::print(stderr, "malin demo: the backlog did not drain within twenty minutes of her time\n");
  talk_->stop();
  co_await watch_until([this] { return !talk_->is_talking(); }, ready_limit);
  co_await conclude();
}

// Two selfies and a video that could never have run; the third selfie is asked for in the talk.
Task<void> Demo::queue_backlog() {
  const json::array backlog{
      json::object{{"kind", "selfie"}, {"prompt", "at a rainy window, soft light, half a smile"}},
      json::object{{"kind", "selfie"}, {"prompt", "in the kitchen, flour on her nose, laughing"}},
      json::object{{"kind", "video"}, {"prompt", "walking on the beach at dusk, she turns and waves"}}};
  for (const json::value& job : backlog) {
    const Result<RestAnswer> taken = co_await rest_->ask("POST", "/v1/jobs", job);
    if (!taken || !taken->is_success()) fmt::print(stderr, "malin demo: a job was not taken\n");
  }
}

Task<bool> Demo::watch_until(std::function<bool()> is_over, Duration limit) {
  const TimePoint until = clock_.now() + limit;
  const Duration step{static_cast<std::int64_t>(static_cast<double>(frame.count()) * options_.speed)};
  while (clock_.now() < until) {
    if (co_await look() && is_over()) co_return true;
    co_await clock_.sleep_until(clock_.now() + step);
  }
  co_return false;
}

Task<bool> Demo::look() {
  Result<RestAnswer> status = co_await rest_->ask("GET", "/v1/status");
  if (!status || !status->is_success()) co_return false;
  const Result<RestAnswer> told =
      co_await rest_->ask("GET", fmt::format("/v1/events?follow=false&after={}", told_up_to_));
  if (told) tell(told->text);
  scene_.status = std::move(status->body);
  scene_.since_start = clock_.now() - began_;
  scene_.talk = describe_talk();
  screen_.show(paint_scene(scene_, screen_.pen()));
  co_return true;
}

void Demo::tell(const std::string& stream) {
  net::EventParser parser;
  const auto events = parser.feed(stream);
  if (!events) return;
  for (const net::StreamEvent& event : *events) {
    const Result<json::value> row = net::parse_json(event.data);
    if (event.event != "timeline" || !row) continue;
    told_up_to_ = net::find_int(*row, "id").value_or(told_up_to_);
    const TimePoint at = std::max(time_of(*row, "at").value_or(began_), began_);
    const std::string subject = text_of(*row, "kind") == "job" ? text_of(*row, "subject") + ": " : "";
    scene_.told.push_back(format_clock(at - began_) + "  " + subject + text_of(*row, "text"));
    if (!screen_.is_terminal()) fmt::print(out_, "{}\n", scene_.told.back());
    if (scene_.told.size() > told_max) scene_.told.pop_front();
  }
  std::fflush(out_);
}

std::string Demo::describe_talk() const {
  if (!talk_) return "quiet";
  const TalkCounters& counted = talk_->counters();
  const char* doing = talk_->is_waiting()   ? "a message waits for her return"
                      : talk_->is_talking() ? "she is talking"
                                            : "a pause";
  return fmt::format("{}; answered so far: {}, of them after a wait: {}", doing, counted.said, counted.waited);
}

// The tag has been asked for, nothing waits or is on its way, and everyone is here.
bool Demo::is_drained() const {
  const json::array* queue = net::find_array(scene_.status, "queue");
  const json::array* windows = net::find_array(scene_.status, "windows");
  return talk_->counters().tags > 0 && queue != nullptr && queue->empty() && windows != nullptr && windows->empty() &&
         net::find_string(scene_.status, "glow") == "green";
}

Task<void> Demo::conclude() {
  const Result<RestAnswer> jobs = co_await rest_->ask("GET", "/v1/jobs");
  const Result<RestAnswer> windows = co_await rest_->ask("GET", "/v1/windows");
  const Result<RestAnswer> status = co_await rest_->ask("GET", "/v1/status");
  if (!jobs || !windows || !status) {
    fmt::print(stderr, "malin demo: the daemon does not say what came of it\n");
    co_return;
  }
  DemoFacts facts{.jobs = jobs->body, .windows = windows->body, .status = status->body, .before = before_};
  facts.after = world_.lmstudio().studio().instances();
  facts.counters = world_.lmstudio().studio().counters();
  facts.began = began_;
  const json::object report = format_report(facts);
  if (options_.json)
    fmt::print("{}\n", json::serialize(report));
  else
    fmt::print("{}", format_report_table(report));
  std::fflush(stdout);
  exit_code_ = is_success(report) ? exit_ok : exit_failed;
  if (!options_.keep) co_return;
  fmt::print(stderr,
             "\nHer chat: http://127.0.0.1:{}/   her status: malin status --url http://127.0.0.1:{}\n"
             "Ctrl-C ends it.\n",
             world_.ports().telegram, daemon_->port());
  for (;;) co_await clock_.sleep_until(clock_.now() + story_limit);
}

void log_to(const std::filesystem::path& file) {
  set_log(spdlog::basic_logger_st("malin", file.string()), control::LogFormat::logfmt, true);
}

int complain(const std::string& text) {
  fmt::print(stderr, "malin demo: {}\n", text);
  return exit_failed;
}

int play_demo(const DemoOptions& options, const std::filesystem::path& folder) {
  const Result<RigSupplies> supplies = find_supplies();
  if (!supplies) return complain(supplies.error().message);
  log_to(folder / "malin.log");
  asio::io_context io(1);
  rig::RigOptions rig_options;
  rig_options.speed = options.speed;
  rig_options.directory = folder;
  rig_options.comfyui.video_step = video_step;
  rig::Rig world(io.get_executor(), rig_options);
  const Result<void> started = world.start();
  if (!started) return complain("the simulated machine cannot start: " + started.error().message);
  RigConfigOptions config_options = rig_config_options(world, rig_options);
  config_options.api_port = 0;
  config_options.speed = 1;  // The daemon's clock runs as fast as the rig's.
  const auto path = write_rig_config(folder, *supplies, config_options);
  if (!path) return complain(path.error().message);
  const ConfigResult config = load_config(*path, process_environment());
  if (!config) return report_problems(*path, config.error());

  Demo demo(io, options, world, *config);
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const boost::system::error_code& error, int) {
    if (!error) io.stop();
  });
  asio::co_spawn(io, demo.run(), rethrow);
  io.run();
  return demo.exit_code();
}

}  // namespace

int run_demo(const DemoOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const Result<TemporaryFolder> folder = TemporaryFolder::make("malin-demo");
  if (!folder) return complain(folder.error().message);
  return play_demo(options, folder->path());
}

}  // namespace malin::app
