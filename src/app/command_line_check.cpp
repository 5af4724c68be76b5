#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/check.hpp"
#include "app/command_line_groups.hpp"

namespace malin::app {

namespace {

constexpr const char* check_help = R"(Reads the config and lists everything that is wrong with it. Then visits every
card, engine, renderer and the courier, and tells of each what it found and what
to do about it. Nothing is changed, started, loaded or unloaded.

Examples:
  malin check --config ~/.config/malin/malin.toml
  malin check --config malin.toml --json | jq .ok

Environment: the variables that the config names for tokens.

Exit codes:
  0  all is well     1  something does not work     2  the config is wrong
)";

}  // namespace

void add_check(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "Whether the config and everything in it is well");
  command->group(daemon_group);
  command->add_option("--config", options->config, "The config file (required)")->required()->option_text("FILE");
  command->add_flag("--json", options->json, "For programs");
  command->footer(check_help);
  command->callback([options, &chosen] { chosen = [options] { return run_check(*options); }; });
}

}  // namespace malin::app
