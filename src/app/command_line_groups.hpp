// The subcommands, group by group: each has a file of its own.
#pragma once

#include <CLI/App.hpp>

#include "app/command.hpp"
#include "app/studio.hpp"

namespace malin::app {

// Each adds its subcommands to `app`. The one that is used puts its work into `chosen`, which outlives `app`.
void add_serve(CLI::App& app, Command& chosen);
void add_check(CLI::App& app, Command& chosen);
void add_demo(CLI::App& app, Command& chosen, std::function<int(const DemoOptions&)> run);
void add_rig(CLI::App& app, Command& chosen, std::function<int(const RigCommandOptions&)> run);
void add_rehearse(CLI::App& app, Command& chosen);
void add_status(CLI::App& app, Command& chosen);  // status, senses, jobs, windows, plan
void add_events(CLI::App& app, Command& chosen);  // events
void add_footprints(CLI::App& app, Command& chosen);
void add_watch(CLI::App& app, Command& chosen);
void add_submit(CLI::App& app, Command& chosen);
void add_requests(CLI::App& app, Command& chosen);  // cancel, swap, restore
void add_shell(CLI::App& app, Command& chosen);     // completions, man

// All of them, and the program's own help.
void add_all_commands(CLI::App& app, Command& chosen, const StudioCommands& studio);

inline constexpr const char* daemon_group = "The daemon, and a world to try it in";
inline constexpr const char* look_group = "Look at the running daemon";
inline constexpr const char* ask_group = "Ask something of it";
inline constexpr const char* shell_group = "For your shell";

}  // namespace malin::app
