#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Error.hpp>
#include <CLI/Formatter.hpp>

#include "app/command_line_groups.hpp"
#include "app/rehearse.hpp"

namespace malin::app {

namespace {

constexpr const char* rehearse_help = R"(What your config costs, before anybody pays it: your cards, senses and kinds on
a simulated machine, with the loop that the daemon runs, in simulated time.
Nothing is loaded, unloaded or rendered. How long loads and renders take comes
from what your daemon has measured; what it has not yet is assumed, and marked.

Without a trace it tells of one render of each kind whom it takes away and for
how long, as configured and as the planner would choose (without `evict`).

With one, a whole day is lived four times:
  wait for ever      nobody is ever sent away; a job waits until there is room
  one job a window   as configured, but everyone comes back after each render
  batched            as configured: what waits is rendered in one window
  automatic          as batched, but the planner chooses who goes

--day is a made-up day, always the same: nine sittings with some 500 replies,
and some 50 jobs, often several for one wish, every fifth a video.
--trace is one of yours: the daemon writes trace.jsonl in its state folder, the
moments of turns and jobs without a word of them.

Examples:
  malin rehearse --config ~/.config/malin/malin.toml
  malin rehearse --config malin.toml --day --plot day.svg
  malin rehearse --config malin.toml --trace ~/.local/state/malin/trace.jsonl
  malin rehearse --config malin.toml --day --json | jq .day.policies

Environment: the variables that the config names for tokens.

Exit codes:
  0  done   1  cannot be rehearsed   2  config, trace or command line are wrong
)";

}  // namespace

void add_rehearse(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<RehearseOptions>();
  CLI::App* command = app.add_subcommand("rehearse", "What your config costs, tried on a simulated machine");
  command->group(daemon_group);
  command->add_option("--config", options->config, "The config file (required)")->required()->option_text("FILE");
  CLI::Option* day = command->add_flag("--day", options->day, "Live a typical day under four policies");
  CLI::Option* trace = command->add_option("--trace", options->trace, "The same with a recorded one")
                           ->option_text("FILE")
                           ->excludes(day);
  command->add_flag("--json", options->json, "For programs");
  CLI::Option* plot = command->add_option("--plot", options->plot, "Draw the day there, as SVG")->option_text("FILE");
  command->footer(rehearse_help);
  command->callback([options, plot, day, trace, &chosen] {
    if (plot->count() > 0 && day->count() + trace->count() == 0) throw CLI::RequiresError("--plot", "--day or --trace");
    chosen = [options] { return run_rehearse(*options); };
  });
}

}  // namespace malin::app
