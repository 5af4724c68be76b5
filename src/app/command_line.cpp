#include "app/command_line.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string_view>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/command_line_groups.hpp"
#include "app/complete.hpp"
#include "app/version.hpp"
#include "core/suggest.hpp"

namespace malin::app {

namespace {

constexpr const char* description =
    "Malin keeps her senses on one GPU and makes room for pictures: she sends away\n"
    "what is missed least, renders, and brings it back.\n";

constexpr const char* footer = R"(Try it, without a GPU or an account:
  malin demo                                   the whole story
  malin rig --dir /tmp/rig                     a simulated machine: one terminal
  malin serve --config /tmp/rig/malin.toml     the daemon: another one
  malin submit selfie "at the window" --wait   a picture, in the rig's inbox
  malin watch                                  everything at a glance, live

For real:
  malin check --config ~/.config/malin/malin.toml
  systemctl --user start malin

Every subcommand explains itself: malin submit --help

Environment:
  MALIN_URL         where the daemon is, else http://127.0.0.1:7425
  MALIN_API_TOKEN   its token, when its config asks for one
  NO_COLOR          when set, no colour in a terminal either

Exit codes:
  0  done            2  the command line or the config is wrong
  1  did not work    3  the daemon cannot be reached
)";

// The subcommand that the line got as far as, or the program.
const CLI::App* reached(const CLI::App& app) {
  const auto used = app.get_subcommands();
  return used.empty() ? &app : used.front();
}

NoWork refuse(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments) {
  const CLI::App* command = reached(app);
  const bool is_program = command == &app;
  const std::string called = is_program ? "malin" : "malin " + command->get_name();
  if (is_program && !arguments.empty() && !arguments.front().starts_with('-')) {
    const std::string& wrong = arguments.front();
    std::vector<std::string> names;
    for (const CLI::App* known : app.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(known->get_name());
    return {exit_wrong, fmt::format("malin: there is no command \"{}\"{}\nSee: malin --help\n", wrong,
                                    suggest(wrong, {names.begin(), names.end()}))};
  }
  return {exit_wrong, fmt::format("{}: {}\nSee: {} --help\n", called, error.what(), called)};
}

}  // namespace

void add_all_commands(CLI::App& app, Command& chosen, const StudioCommands& studio) {
  app.description(description);
  app.set_version_flag("--version", std::string("malin ") + version(), "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this text, or that of a subcommand");
  app.get_formatter()->column_width(24);
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.require_subcommand(0, 1);
  add_serve(app, chosen);
  add_check(app, chosen);
  add_demo(app, chosen, studio.demo);
  add_rig(app, chosen, studio.rig);
  add_rehearse(app, chosen);
  add_status(app, chosen);
  add_events(app, chosen);
  add_footprints(app, chosen);
  add_watch(app, chosen);
  add_submit(app, chosen);
  add_requests(app, chosen);
  add_shell(app, chosen);
  app.footer(footer);  // Last: what is added after it would inherit it.
}

std::expected<Command, NoWork> parse_command_line(std::vector<std::string> arguments, const StudioCommands& studio) {
  Command chosen;
  CLI::App app("", "malin");
  add_all_commands(app, chosen, studio);
  if (arguments.empty()) return std::unexpected(NoWork{exit_wrong, app.help()});
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // As CLI11 takes them.
    app.parse(std::move(reversed));
  } catch (const CLI::Success& asked) {
    std::ostringstream text;
    app.exit(asked, text, text);
    return std::unexpected(NoWork{exit_ok, text.str()});
  } catch (const CLI::ParseError& error) { return std::unexpected(refuse(app, error, arguments)); }
  return chosen;
}

int run_command_line(int argc, char** argv, const StudioCommands& studio) {
  // A shell asks what may come next; the words are not options of ours.
  if (argc > 1 && std::string_view(argv[1]) == "complete-words") {
    CLI::App app("", "malin");
    Command none;
    add_all_commands(app, none, {});
    print_candidates(app, {argv + 2, argv + argc});
    return exit_ok;
  }
  const auto work = parse_command_line({argv + 1, argv + argc}, studio);
  if (!work) {
    fmt::print(work.error().exit_code == exit_ok ? stdout : stderr, "{}", work.error().text);
    return work.error().exit_code;
  }
  try {
    return (*work)();
  } catch (const std::exception& error) {
    fmt::print(stderr, "malin: {}\nThis is a mistake in malin itself.\n", error.what());
    return exit_failed;
  }
}

}  // namespace malin::app
