#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/command_line_groups.hpp"
#include "app/serve.hpp"

namespace malin::app {

namespace {

constexpr const char* serve_help = R"(Runs in the foreground and logs to stderr. SIGINT and SIGTERM end it; what was
under way is found again at the next start. As a service of your own user:
  systemctl --user start malin
  journalctl --user -u malin -f

Examples:
  malin serve --config ~/.config/malin/malin.toml
  malin serve --config /tmp/rig/malin.toml     with a world made by malin rig

Environment: the variables that the config names for tokens, such as
MALIN_TELEGRAM_TOKEN. With systemd it tells readiness, status and watchdog.

Exit codes:
  0  ended on request     1  cannot start, or broke     2  the config is wrong
)";

}  // namespace

void add_serve(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "The daemon, until it is told to end");
  command->group(daemon_group);
  command->add_option("--config", options->config, "The config file (required)")->required()->option_text("FILE");
  command->footer(serve_help);
  command->callback([options, &chosen] { chosen = [options] { return run_serve(*options); }; });
}

}  // namespace malin::app
