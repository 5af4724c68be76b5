#include "app/client_command.hpp"

#include <csignal>
#include <cstdio>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/report_problems.hpp"
#include "app/text_table.hpp"

namespace malin::app {

namespace {

int complain(const Trouble& trouble) {
  fmt::print(stderr, "malin: {}\n", trouble.text);
  return trouble.exit_code;
}

}  // namespace

void add_client_options(CLI::App& command, ClientOptions& options) {
  command.add_option("--url", options.url, "Where the daemon is; else MALIN_URL")->option_text("URL");
  command.add_option("--config", options.config, "Its config file: address and token are in it")->option_text("FILE");
  command.add_flag("--json", options.json, "Print what the daemon says, as it is");
}

int ask_daemon(const ClientOptions& options, const ClientWork& work) {
  auto address = find_daemon(options, process_environment());
  if (!address) return report_problems(options.config, address.error());
  auto daemon = DaemonClient::make(std::move(*address));
  if (!daemon) return complain(daemon.error());
  const std::expected<int, Trouble> done = work(*daemon);
  return done ? *done : complain(done.error());
}

void print_answer(const ClientOptions& options, const Answer& answer, Format format) {
  fmt::print("{}", options.json ? answer.text : format(answer.body, wants_colour(stdout)));
}

}  // namespace malin::app
