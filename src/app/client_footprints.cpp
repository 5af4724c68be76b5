#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/client_command.hpp"
#include "app/client_json.hpp"
#include "app/client_text.hpp"
#include "core/bytes.hpp"
#include "net/url.hpp"

namespace malin::app {

namespace {

constexpr const char* footprints_help =
    R"(What counts is what you pinned, else what was measured, else what the config
says. A render's figure has a margin; one below the config's counts after three
renders, one above it at once. Renders are told apart by size and length.

pin NAME SIZE   it counts as this large, whatever is measured
forget NAME     takes the pin away, and all that was measured

Examples:
  malin footprints
  malin footprints pin video-832x480-81frames "12 GiB"
  malin footprints forget video-832x480-81frames
  malin footprints --json | jq '.footprints[] | select(.pinned_bytes)'
)";

struct FootprintOptions : ClientOptions {
  std::string what;
  std::string name;
  std::string size;
};

std::expected<Answer, Trouble> ask(const FootprintOptions& options, DaemonClient& daemon) {
  if (options.what.empty()) return daemon.ask("GET", "/v1/footprints");
  if (options.name.empty()) return std::unexpected(Trouble{exit_wrong, "whose? malin footprints lists the names"});
  const std::string target = "/v1/footprints/" + net::percent_encode(options.name);
  if (options.what == "forget") return daemon.ask("DELETE", target);
  const auto size = parse_bytes(options.size);
  if (!size)
    return std::unexpected(
        Trouble{exit_wrong, fmt::format("\"{}\" is not a size, such as \"12 GiB\" or \"900 MiB\"", options.size)});
  return daemon.ask("PUT", target, fmt::format(R"({{"pinned_bytes": {}}})", size->count));
}

std::expected<int, Trouble> work(const FootprintOptions& options, DaemonClient& daemon) {
  const auto answer = ask(options, daemon);
  if (!answer) return std::unexpected(answer.error());
  print_answer(options, *answer, options.what.empty() ? format_footprints : format_footprint);
  return exit_ok;
}

}  // namespace

void add_footprints(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<FootprintOptions>();
  CLI::App* command = app.add_subcommand("footprints", "What senses and renders take, as measured or pinned");
  command->group(look_group);
  command->add_option("WHAT", options->what, "pin or forget; without it all are listed")
      ->option_text("pin|forget")
      ->check(CLI::IsMember({"pin", "forget"}));
  command->add_option("NAME", options->name, "As malin footprints shows it; a kind: its usual size")->option_text(" ");
  command->add_option("SIZE", options->size, "For pin: such as 12GiB")->option_text(" ");
  add_client_options(*command, *options);
  command->footer(std::string(footprints_help) + client_exit_codes);
  command->callback([options, &chosen] {
    chosen = [options] { return ask_daemon(*options, [&](DaemonClient& daemon) { return work(*options, daemon); }); };
  });
}

}  // namespace malin::app
