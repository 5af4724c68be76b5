#include <memory>
#include <utility>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/command_line_groups.hpp"

namespace malin::app {

namespace {

constexpr double demo_speed_max = 50;

constexpr const char* demo_help = R"(A full card, pictures that nobody could ever have rendered on it, and a talk
that goes on: she makes room between two replies, renders, delivers, comes back.
Needs no GPU, no network and no account; a minute or two.

Examples:
  malin demo
  malin demo --real-time      as long as a real machine takes
  malin demo --keep           stays up: open the inbox, send it more

Exit codes:
  0  every job was delivered, every sense came back as it was, no reply was cut
  1  not so               2  the command line is wrong
)";

}  // namespace

void add_demo(CLI::App& app, Command& chosen, std::function<int(const DemoOptions&)> run) {
  const auto options = std::make_shared<DemoOptions>();
  CLI::App* command = app.add_subcommand("demo", "The whole story, on a simulated machine");
  command->group(daemon_group);
  CLI::Option* speed = command->add_option("--speed", options->speed, "Simulated seconds in a real one; else 10")
                           ->option_text("N")
                           ->check(CLI::Range(1.0, demo_speed_max, "NUMBER"));
  command->add_flag_callback(
             "--real-time", [options] { options->speed = 1; }, "The same as --speed 1")
      ->excludes(speed);
  command->add_flag("--keep", options->keep, "Stay up afterwards, until Ctrl-C");
  command->add_flag("--json", options->json, "One document at the end; how it goes, on stderr");
  command->footer(demo_help);
  command->callback([options, &chosen, run = std::move(run)] { chosen = [options, run] { return run(*options); }; });
}

}  // namespace malin::app
