#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/client_command.hpp"
#include "app/client_text.hpp"
#include "app/text_table.hpp"

namespace malin::app {

namespace {

constexpr const char* events_help = R"(A line for everything that happened to senses, windows, jobs and servers.
With --json one line of JSON each; its "id" is what --after takes. With --follow
a lost connection is made again and nothing is left out. Ctrl-C ends it.

Examples:
  malin events
  malin events --follow
  malin events --after 120 --json
)";

struct EventsOptions : ClientOptions {
  bool follow = false;
  std::optional<std::int64_t> after;
  int limit = 20;
};

void print_event(const EventsOptions& options, const net::StreamEvent& event) {
  if (event.event != "timeline") return;
  if (options.json) {
    fmt::print("{}\n", event.data);
  } else if (const auto parsed = net::parse_json(event.data)) {
    fmt::print("{}", format_timeline(*parsed, wants_colour(stdout)));
  }
  std::fflush(stdout);
}

std::string target_of(const EventsOptions& options) {
  std::string target = fmt::format("/v1/events?limit={}", options.limit);
  if (options.after) target += fmt::format("&after={}", *options.after);
  return target + (options.follow ? "" : "&follow=false");
}

std::expected<int, Trouble> print_events(const EventsOptions& options, DaemonClient& daemon) {
  std::expected<void, Trouble> done;
  if (options.follow) {
    const auto take = [&options](const net::StreamEvent& event) {
      print_event(options, event);
      return true;
    };
    done = daemon.follow(target_of(options), take,
                         [](const std::string& why) { fmt::print(stderr, "malin: {}; trying again\n", why); });
  } else {
    done = daemon.read(target_of(options), [&options](const net::StreamEvent& event) { print_event(options, event); });
  }
  if (!done) return std::unexpected(done.error());
  return exit_ok;
}

}  // namespace

void add_events(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<EventsOptions>();
  CLI::App* command = app.add_subcommand("events", "What happened, line by line");
  command->group(look_group);
  command->add_flag("--follow,-f", options->follow, "Go on with what happens from now on");
  command->add_option("--after", options->after, "Only what came after this event")->option_text("ID");
  command->add_option("--limit", options->limit, "How many of the newest; else 20")
      ->option_text("N")
      ->check(CLI::Range(0, 1000, "NUMBER"));
  add_client_options(*command, *options);
  command->footer(std::string(events_help) + client_exit_codes);
  command->callback([options, &chosen] {
    chosen = [options] {
      return ask_daemon(*options, [&](DaemonClient& daemon) { return print_events(*options, daemon); });
    };
  });
}

}  // namespace malin::app
