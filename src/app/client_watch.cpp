#include <cstdio>
#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/client_command.hpp"
#include "app/watch.hpp"

namespace malin::app {

namespace {

constexpr const char* watch_help = R"(Her eyes and one sentence, who holds the card, each sense, the queue, and what
happened. Anywhere but in a terminal it is one line for each change; with --json
it is the whole status in one line for each change. A daemon that restarts is
waited for. Ctrl-C ends it.

Examples:
  malin watch
  malin watch >> her-day.log
  malin watch --json | jq --unbuffered -r .line
)";

int watch(const ClientOptions& options) {
  return ask_daemon(options, [&options](DaemonClient& daemon) {
    const WatchManner manner = options.json          ? WatchManner::json
                               : can_repaint(stdout) ? WatchManner::screen
                                                     : WatchManner::lines;
    return Watch(daemon, manner).run();
  });
}

}  // namespace

void add_watch(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<ClientOptions>();
  CLI::App* command = app.add_subcommand("watch", "How everything stands, live");
  command->group(look_group);
  add_client_options(*command, *options);
  command->footer(std::string(watch_help) + client_exit_codes);
  command->callback([options, &chosen] { chosen = [options] { return watch(*options); }; });
}

}  // namespace malin::app
