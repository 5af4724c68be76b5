// How many jobs a second are acknowledged over REST, each durable when it is, beside a bare SQLite insert with the same
// durability (WAL, synchronous=FULL) in the same folder. Rounds take turns, and every round begins with an empty
// ledger.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>

#include <CLI/CLI.hpp>
#include <SQLiteCpp/SQLiteCpp.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "adapters/system/system_clock.hpp"
#include "app/rest_client.hpp"
#include "app/studio/rig_config.hpp"
#include "app/temporary_folder.hpp"
#include "net/json.hpp"
#include "started_daemon.hpp"

namespace {

using namespace malin;
using namespace malin::bench;
namespace asio = boost::asio;
namespace json = boost::json;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr int jobs_max = 900;  // The queue takes 1,000.
constexpr int few_jobs = 300;

struct Options {
  std::string malin = "build/release/malin";
  std::string json;
  std::string folder;  // Empty: below /tmp.
  int rounds = 7;
  std::uint16_t port = 7551;
};

double per_second(int count, Steady::duration spent) { return count / std::chrono::duration<double>(spent).count(); }

// One insert a transaction, of a row like a job's.
double bare_inserts(const fs::path& folder, int count) {
  fs::create_directories(folder);
  SQLite::Database database((folder / "bare.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE jobs (id TEXT PRIMARY KEY, kind TEXT, prompt TEXT, state TEXT, created_at INTEGER)");
  SQLite::Statement insert(database, "INSERT INTO jobs VALUES (?, 'selfie', ?, 'queued', ?)");
  const auto began = Steady::now();
  for (int i = 0; i < count; ++i) {
    insert.bind(1, fmt::format("j-{}", i));
    insert.bind(2, "at a rainy window, soft light, half a smile");
    insert.bind(3, i);
    insert.exec();
    insert.reset();
  }
  return per_second(count, Steady::now() - began);
}

Task<void> submit(asio::any_io_executor executor, net::Url url, int count, int& running) {
  app::RestClient rest(executor, url, "");
  for (int i = 0; i < count; ++i) {
    json::value job = json::object{{"kind", "selfie"}, {"prompt", "at a rainy window, soft light, half a smile"}};
    const Result<app::RestAnswer> taken = co_await rest.ask("POST", "/v1/jobs", std::move(job));
    if (!taken || taken->status != 201) throw std::runtime_error("a job was not taken");
  }
  --running;
}

Task<void> wait_until_served(asio::any_io_executor executor, net::Url url, bool& is_served) {
  app::RestClient rest(executor, url, "");
  adapters::SystemClock clock;
  for (int i = 0; i < 10'000 && !is_served; ++i) {
    co_await clock.sleep_until(clock.now() + Duration{1});
    json::value off_please = json::object{{"enabled", false}};
    const Result<app::RestAnswer> off = co_await rest.ask("PUT", "/v1/swap", std::move(off_please));
    is_served = off && off->is_success();
  }
  if (!is_served) throw std::runtime_error("the daemon does not answer; see malin.log");
}

double submissions(const Options& options, const fs::path& folder, int clients, int count) {
  const StartedDaemon daemon(options.malin, folder);
  asio::io_context io(1);
  net::Url url;
  url.host = "127.0.0.1";
  url.port = options.port;
  bool is_served = false;
  asio::co_spawn(io, wait_until_served(io.get_executor(), url, is_served), rethrow);
  while (!is_served) io.run_one();
  const int each = count / clients;
  int running = clients;
  const auto began = Steady::now();
  for (int i = 0; i < clients; ++i) asio::co_spawn(io, submit(io.get_executor(), url, each, running), rethrow);
  while (running > 0) io.run_one();
  return per_second(each * clients, Steady::now() - began);
}

// A config with nobody behind its addresses and nobody to tell: submissions are all that is written.
void write_config(const fs::path& folder, std::uint16_t port) {
  const Result<app::RigSupplies> supplies = app::find_supplies();
  if (!supplies) throw std::runtime_error(supplies.error().message);
  app::RigConfigOptions options;
  options.ports = {.lmstudio = 1, .comfyui = 2, .telegram = 3, .chatterbox = 4, .control = 5};
  options.token = "1:none";
  options.chat = 1;
  options.card_total = mebibytes(32'607);
  options.api_port = port;
  const auto path = app::write_rig_config(folder, *supplies, options);
  if (!path) throw std::runtime_error(path.error().message);
  std::string text = read_text(*path);
  const std::size_t courier = text.find("[courier]");
  text.erase(courier, text.find("[api]") - courier);
  std::ofstream(*path) << text;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

void run(const Options& options) {
  std::vector<double> bare;
  std::vector<double> one;
  std::vector<double> many;
  const fs::path root = options.folder.empty() ? fs::temp_directory_path() : fs::path(options.folder);
  for (int round = 0; round < options.rounds; ++round) {
    const fs::path folder = root / fmt::format("malin-submit-{}-{}", ::getpid(), round);
    const auto measure = [&](const std::function<double()>& work) {
      fs::create_directories(folder);
      write_config(folder, options.port);
      const double result = work();
      fs::remove_all(folder);
      return result;
    };
    bare.push_back(measure([&] { return bare_inserts(folder, few_jobs); }));
    one.push_back(measure([&] { return submissions(options, folder, 1, few_jobs); }));
    many.push_back(measure([&] { return submissions(options, folder, 64, jobs_max); }));
  }
  std::vector<double> one_ratio;
  std::vector<double> many_ratio;
  for (std::size_t i = 0; i < bare.size(); ++i) {
    one_ratio.push_back(one[i] / bare[i]);
    many_ratio.push_back(many[i] / bare[i]);
  }
  fmt::print("| durable a second, median of {} rounds | | beside the bare insert |\n|---|---|---|\n", options.rounds);
  fmt::print("| a bare SQLite insert | {:.0f} | |\n", median(bare));
  fmt::print("| POST /v1/jobs, 1 client | {:.0f} | {:.2f} |\n", median(one), median(one_ratio));
  fmt::print("| POST /v1/jobs, 64 clients | {:.0f} | {:.2f} |\n", median(many), median(many_ratio));
  if (options.json.empty()) return;
  const json::object figures{{"bare_per_second", median(bare)},        {"one_client_per_second", median(one)},
                             {"one_client_ratio", median(one_ratio)},  {"clients_64_per_second", median(many)},
                             {"clients_64_ratio", median(many_ratio)}, {"rounds", options.rounds}};
  std::ofstream(options.json) << json::serialize(figures) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Durable submissions a second");
  app.add_option("--malin", options.malin, "The program");
  app.add_option("--rounds", options.rounds, "How often each is measured");
  app.add_option("--folder", options.folder, "On the disk that is to be measured; else below /tmp");
  app.add_option("--port", options.port, "Of the daemon");
  app.add_option("--json", options.json, "Where the figures go as well");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "submit_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
