#include <memory>
#include <utility>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/command_line_groups.hpp"

namespace malin::app {

namespace {

constexpr double rig_speed_max = 1000;

constexpr const char* rig_help = R"(A simulated LM Studio, ComfyUI, Chatterbox and Telegram, and the driver of a
simulated card, over their real protocols. DIR/malin.toml is a config for it,
DIR/rig.json tells programs where everything is.

Examples:
  malin rig --dir /tmp/rig
  malin rig --dir /tmp/rig --speed 10
  malin rig --fault lmstudio.unload.memory_late=4 --fault comfyui.black
  malin rig --list-faults

Faults can be switched on and off while it runs: POST and DELETE /faults at the
control address.

Exit codes:
  0  ended on request     1  cannot start     2  the command line is wrong
)";

void add_ports(CLI::App& command, RigCommandOptions& options) {
  const auto add = [&command](const char* name, std::uint16_t& port, const char* text) {
    command.add_option(name, port, text)->option_text("PORT")->group("Ports (without these, free ones are taken)");
  };
  add("--lmstudio-port", options.ports.lmstudio, "Of LM Studio");
  add("--comfyui-port", options.ports.comfyui, "Of ComfyUI");
  add("--chatterbox-port", options.ports.chatterbox, "Of Chatterbox");
  add("--telegram-port", options.ports.telegram, "Of Telegram and its inbox");
  add("--control-port", options.ports.control, "Of the control address");
  add("--api-port", options.api_port, "Of the daemon, in malin.toml; else 7425");
}

}  // namespace

void add_rig(CLI::App& app, Command& chosen, std::function<int(const RigCommandOptions&)> run) {
  const auto options = std::make_shared<RigCommandOptions>();
  CLI::App* command = app.add_subcommand("rig", "A simulated machine to try her on");
  command->group(daemon_group);
  command->add_option("--dir", options->directory, "Where its files go; else a new folder in /tmp")->option_text("DIR");
  command->add_option("--speed", options->speed, "Simulated seconds in a real one; else 1")
      ->option_text("N")
      ->check(CLI::Range(0.01, rig_speed_max, "NUMBER"));
  command->add_option("--chatterbox", options->chatterbox, "Which of the two servers; else devnen")
      ->option_text("devnen|travisvn")
      ->check(CLI::IsMember({"devnen", "travisvn"}));
  command->add_option("--fault", options->faults, "Goes wrong from the start; may be repeated")
      ->option_text("NAME[=AMOUNT[,TEXT]]")
      ->expected(1)
      ->take_all();
  command->add_flag("--list-faults", options->list_faults, "Print what can go wrong, and exit");
  command->add_option("--seed", options->seed, "Of what is left to chance; else 1")->option_text("N");
  add_ports(*command, *options);
  command->footer(rig_help);
  command->callback([options, &chosen, run = std::move(run)] { chosen = [options, run] { return run(*options); }; });
}

}  // namespace malin::app
