#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/client_command.hpp"
#include "app/client_json.hpp"
#include "app/client_text.hpp"
#include "net/url.hpp"

namespace malin::app {

namespace {

struct RequestOptions : ClientOptions {
  std::string name;  // Of the job, the sense, or what to do about swapping.
};

using SharedRequest = std::shared_ptr<RequestOptions>;

std::string format_swap_answer(const json::value& swap, bool) { return format_swap(swap); }

std::string format_cancelled(const json::value& job, bool) {
  return fmt::format("{} is {}\n", text_of(job, "id"), describe_job(job));
}

std::string format_restored(const json::value& sense, bool) {
  const std::string why = text_of(sense, "why");
  return fmt::format("{} is {}{}\n", text_of(sense, "name"), text_of(sense, "state"), why.empty() ? "" : ": " + why);
}

std::expected<int, Trouble> ask_and_print(const SharedRequest& options, DaemonClient& daemon, const char* method,
                                          const std::string& target, const std::string& body, Format format) {
  const auto answer = daemon.ask(method, target, body);
  if (!answer) return std::unexpected(answer.error());
  print_answer(*options, *answer, format);
  return exit_ok;
}

std::expected<int, Trouble> change_swap(const SharedRequest& options, DaemonClient& daemon) {
  if (options->name == "abort")
    return ask_and_print(options, daemon, "POST", "/v1/swap/abort", "{}", format_swap_answer);
  if (options->name != "status") {
    const std::string body = fmt::format(R"({{"enabled": {}}})", options->name == "on");
    return ask_and_print(options, daemon, "PUT", "/v1/swap", body, format_swap_answer);
  }
  const auto answer = daemon.ask("GET", "/v1/status");
  if (!answer) return std::unexpected(answer.error());
  const json::value* swap = net::find(answer->body, "swap");
  if (swap == nullptr) return std::unexpected(Trouble{exit_failed, "the daemon does not say how swapping stands"});
  print_answer(*options, {answer->status, json::serialize(*swap) + "\n", *swap}, format_swap_answer);
  return exit_ok;
}

std::expected<int, Trouble> restore_one(const SharedRequest& options, DaemonClient& daemon, const std::string& sense) {
  const std::string target = "/v1/senses/" + net::percent_encode(sense) + "/restore";
  return ask_and_print(options, daemon, "POST", target, "{}", format_restored);
}

std::expected<int, Trouble> restore(const SharedRequest& options, DaemonClient& daemon) {
  if (!options->name.empty()) return restore_one(options, daemon, options->name);
  const auto status = daemon.ask("GET", "/v1/status");
  if (!status) return std::unexpected(status.error());
  bool is_anyone_away = false;
  for (const json::value& sense : list_of(status->body, "senses")) {
    if (net::find_object(sense, "away") == nullptr) continue;
    is_anyone_away = true;
    const auto restored = restore_one(options, daemon, text_of(sense, "name"));
    if (!restored) return restored;
  }
  if (!is_anyone_away && !options->json) fmt::print("Nobody is away.\n");
  return exit_ok;
}

CLI::App* add_request(CLI::App& app, Command& chosen, const char* name, const char* text, const char* more,
                      const SharedRequest& options,
                      std::expected<int, Trouble> (*work)(const SharedRequest& options, DaemonClient& daemon)) {
  CLI::App* command = app.add_subcommand(name, text);
  command->group(ask_group);
  add_client_options(*command, *options);
  command->footer(std::string(more) + "\n" + client_exit_codes);
  command->callback([options, work, &chosen] {
    chosen = [options, work] {
      return ask_daemon(*options, [&](DaemonClient& daemon) { return work(options, daemon); });
    };
  });
  return command;
}

std::expected<int, Trouble> cancel(const SharedRequest& options, DaemonClient& daemon) {
  const std::string target = "/v1/jobs/" + net::percent_encode(options->name);
  return ask_and_print(options, daemon, "DELETE", target, "", format_cancelled);
}

}  // namespace

void add_requests(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<RequestOptions>();
  CLI::App* command = add_request(app, chosen, "cancel", "Take a job back",
                                  R"(Waiting or rendering, it ends at once; a picture that is made already is not
taken back (exit code 1).

Example:
  malin cancel j-7)",
                                  options, cancel);
  command->add_option("JOB", options->name, "Its id, as malin jobs shows it")->required()->option_text(" ");

  command = add_request(app, chosen, "swap", "Whether senses may be sent away at all",
                        R"(on, off   lasting, also across restarts. Off brings back whoever is away.
abort     ends the open window now; no other opens for a while
status    only tells how it stands

Examples:
  malin swap off
  malin swap abort)",
                        options, change_swap);
  command->add_option("WHAT", options->name, "on, off, abort or status")
      ->required()
      ->option_text("on|off|abort|status")
      ->check(CLI::IsMember({"on", "off", "abort", "status"}));

  command = add_request(app, chosen, "restore", "Bring a sense back now, or all of them",
                        R"(The window that it is away for is ended; its job is tried again later.

Examples:
  malin restore vision
  malin restore)",
                        options, restore);
  command->add_option("SENSE", options->name, "Its name; without it everyone who is away")->option_text(" ");
}

}  // namespace malin::app
