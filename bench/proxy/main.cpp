// The chat proxy beside nginx: the same callers and the same upstream, straight and through either, in rounds that take
// turns. scripts/bench-proxy starts all that stands between and calls this.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "proxy/held.hpp"
#include "proxy/load.hpp"
#include "proxy/process.hpp"
#include "proxy/report.hpp"
#include "proxy/upstream.hpp"

namespace {

using namespace malin::bench;
using std::chrono::milliseconds;

constexpr std::chrono::seconds start_limit{60};
constexpr std::size_t body_bytes = 256 << 10;
constexpr int many = 1000;

struct Options {
  std::uint16_t upstream_port = 0;
  std::uint16_t nginx_port = 0;
  std::uint16_t malin_port = 0;
  int nginx_process = 0;
  int malin_process = 0;
  int rounds = 5;
  std::string only;  // Scenarios whose name begins so.
  std::string json;
  std::vector<std::string> about;
};

std::vector<Scenario> scenarios() {
  const std::string bytes = "bytes=" + std::to_string(body_bytes);
  return {
      {.name = "small, 1 connection", .query = "", .request_bytes = 200, .length = milliseconds(1000)},
      {.name = "small, 16 connections", .query = "", .request_bytes = 200, .callers = 16, .length = milliseconds(1000)},
      // 4 streams, 0.4 s each; their tokens come one by one.
      {.name = "streams of 200 tokens",
       .query = "chunks=200&every=2000",
       .request_bytes = 200,
       .callers = 4,
       .length = milliseconds(2000),
       .stagger = std::chrono::microseconds(500)},
      {.name = "256 KiB bodies",
       .query = bytes,
       .request_bytes = body_bytes,
       .callers = 4,
       .length = milliseconds(1000)},
      {.name = "1,000 open streams",
       .query = "chunks=200&every=1000000",
       .request_bytes = 200,
       .callers = many,
       .length = milliseconds(2500),
       .stagger = std::chrono::microseconds(1000),
       .hangs_up = true},
  };
}

Options read_options(int count, char** arguments) {
  Options options;
  CLI::App app("Measures the chat proxy beside nginx; scripts/bench-proxy calls it.");
  app.add_option("--upstream-port", options.upstream_port)->required();
  app.add_option("--nginx-port", options.nginx_port)->required();
  app.add_option("--nginx-process", options.nginx_process)->required();
  app.add_option("--malin-port", options.malin_port)->required();
  app.add_option("--malin-process", options.malin_process)->required();
  app.add_option("--rounds", options.rounds);
  app.add_option("--only", options.only, "Scenarios whose name begins so");
  app.add_option("--json", options.json)->required();
  app.add_option("--about", options.about, "A line on the conditions; may be repeated");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) { std::exit(app.exit(error)); }
  return options;
}

void wait_for(Loop& loop, const Target& target) {
  const Moment until = now() + start_limit;
  while (!is_answered(loop, target.port, milliseconds(200))) {
    if (now() > until) give_up(target.name + " does not answer");
    loop.run(now() + milliseconds(100));
  }
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = read_options(count, arguments);
  Loop loop;
  Upstream upstream(loop, options.upstream_port);
  const std::vector<Target> targets = {{.name = "direct", .port = options.upstream_port},
                                       {"nginx", options.nginx_port, options.nginx_process},
                                       {"malin", options.malin_port, options.malin_process}};
  for (const Target& target : targets) wait_for(loop, target);
  Report report;
  for (int round = 0; round < options.rounds; ++round) {
    for (const Scenario& scenario : scenarios()) {
      if (!scenario.name.starts_with(options.only)) continue;
      for (std::size_t i = 0; i < targets.size(); ++i) {
        const Target& target = targets[(i + static_cast<std::size_t>(round)) % targets.size()];
        report.add(scenario.name, target.name, put_load(loop, target.port, scenario, target.process));
      }
    }
    std::fprintf(stderr, "round %d of %d\n", round + 1, options.rounds);
  }
  report.add_held(hold_streams(loop, upstream, options.malin_port, many, options.malin_process));
  report.print(options.about);
  report.write_json(options.json, options.about);
  return 0;
}
