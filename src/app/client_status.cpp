#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/client_command.hpp"
#include "app/client_text.hpp"
#include "net/url.hpp"

namespace malin::app {

namespace {

struct LookOptions : ClientOptions {
  std::string job;
  int limit = 20;
};

using SharedLook = std::shared_ptr<LookOptions>;

// One look at one address: the shape of every subcommand here.
int look(const SharedLook& options, const std::string& target, Format format) {
  return ask_daemon(*options, [&](DaemonClient& daemon) -> std::expected<int, Trouble> {
    const auto answer = daemon.ask("GET", target);
    if (!answer) return std::unexpected(answer.error());
    print_answer(*options, *answer, format);
    return exit_ok;
  });
}

CLI::App* add_look(CLI::App& app, const char* name, const char* text, const char* more, const SharedLook& options) {
  CLI::App* command = app.add_subcommand(name, text);
  command->group(look_group);
  add_client_options(*command, *options);
  command->footer(std::string(more) + "\n" + client_exit_codes);
  return command;
}

void add_limit(CLI::App& command, LookOptions& options, int most) {
  command.add_option("--limit", options.limit, "How many, newest first; else 20")
      ->option_text("N")
      ->check(CLI::Range(1, most, "NUMBER"));
}

int look_at_jobs(const SharedLook& options) {
  if (options->job.empty()) return look(options, fmt::format("/v1/jobs?limit={}", options->limit), format_jobs);
  return look(options, "/v1/jobs/" + net::percent_encode(options->job), format_job);
}

}  // namespace

void add_status(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<LookOptions>();
  const auto add = [&](const char* name, const char* text, const char* more, std::function<int()> work) {
    CLI::App* command = add_look(app, name, text, more, options);
    command->callback([&chosen, work] { chosen = work; });
    return command;
  };
  add("status", "How everything stands",
      R"(The first line is her glow: green when all senses are here, amber when some are
away on purpose, red when one is missing. Then senses, window, queue, cards.

Examples:
  malin status
  malin status --json | jq -r .glow
  watch -n 1 malin status)",
      [options] { return look(options, "/v1/status", format_status); });
  add("senses", "The senses: state, memory, model", R"(Example:
  malin senses)",
      [options] { return look(options, "/v1/status", format_senses); });
  CLI::App* jobs = add("jobs", "The newest jobs, or one of them", R"(Examples:
  malin jobs
  malin jobs j-7
  malin jobs --json | jq '.jobs[] | select(.state == "failed")')",
                       [options] { return look_at_jobs(options); });
  jobs->add_option("ID", options->job, "Of a job: all about it")->option_text(" ");
  add_limit(*jobs, *options, 1000);
  CLI::App* windows =
      add("windows", "The newest windows: who was away, for what, for how long",
          R"(A window is one swap: senses go away, jobs are rendered, the senses come back.

Example:
  malin windows --limit 5)",
          [options] { return look(options, fmt::format("/v1/windows?limit={}", options->limit), format_windows); });
  add_limit(*windows, *options, 100);
  add("plan", "What she would do now, without doing it",
      R"(What stands there is about to be done by itself: this changes nothing.

Example:
  malin plan)",
      [options] { return look(options, "/v1/plan", format_plan); });
}

}  // namespace malin::app
