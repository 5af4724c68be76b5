// What all subcommands that ask the running daemon have in common.
#pragma once

#include <functional>
#include <string>

#include "app/client.hpp"
#include "app/command_line_groups.hpp"

namespace malin::app {

// The exit codes of a client, to end its help with.
inline constexpr const char* client_exit_codes = R"(
Exit codes:
  0  done            2  the command line or the config is wrong
  1  did not work    3  the daemon cannot be reached
)";

// --url, --config and --json.
void add_client_options(CLI::App& command, ClientOptions& options);

// Finds the daemon and lets `work` ask it; trouble is told on stderr. Returns the exit code.
using ClientWork = std::function<std::expected<int, Trouble>(DaemonClient& daemon)>;
int ask_daemon(const ClientOptions& options, const ClientWork& work);

// Prints the answer as it came for --json, else what `format` makes of it.
using Format = std::string (*)(const net::json::value& body, bool is_coloured);
void print_answer(const ClientOptions& options, const Answer& answer, Format format);

}  // namespace malin::app
