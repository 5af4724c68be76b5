#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/client_command.hpp"
#include "app/client_json.hpp"
#include "app/client_submission.hpp"
#include "app/client_text.hpp"
#include "net/url.hpp"

namespace malin::app {

namespace {

constexpr std::chrono::milliseconds look_interval{300};
constexpr int failures_max = 200;  // In a row: a minute.

constexpr const char* submit_help = R"(The job is safe once this returns: it survives a crash. With --key the same
submission again is the same job. With --wait it returns when the job is
delivered (0) or has failed or was cancelled (1); how it goes is told on stderr.

Examples:
  malin submit selfie "at the window, rain outside"
  malin submit video "waving" --param frames=33 --wait
  malin submit selfie "good morning" --key morning-2026-11-24
  id=$(malin submit selfie "on the roof" --json | jq -r .id)
)";

struct SubmitOptions : ClientOptions {
  SubmissionText submission;
  bool wait = false;
};

bool is_over(const std::string& state) { return state == "delivered" || state == "failed" || state == "cancelled"; }

// The job with its progress and why it waits, which only the queue tells.
json::value in_queue(const json::value& status, const json::value& job) {
  for (const json::value& queued : list_of(status, "queue")) {
    if (text_of(queued, "id") == text_of(job, "id")) return queued;
  }
  return job;
}

// How the job stands, with a line about it; trouble that will pass is told in the line.
struct Standing {
  std::optional<Answer> end;  // Once the job is over.
  std::string line;
};

std::expected<Standing, Trouble> look_at(DaemonClient& daemon, const std::string& id) {
  auto job = daemon.ask("GET", "/v1/jobs/" + net::percent_encode(id));
  if (!job) return std::unexpected(job.error());
  if (is_over(text_of(job->body, "state"))) return Standing{std::move(*job), ""};
  const auto status = daemon.ask("GET", "/v1/status");
  if (!status) return std::unexpected(status.error());
  return Standing{std::nullopt, fmt::format("{} ({})", describe_job(in_queue(status->body, job->body)),
                                            text_of(status->body, "line"))};
}

// Until the job is over; every change is told on stderr. A daemon that restarts meanwhile is waited for.
std::expected<Answer, Trouble> wait_for(DaemonClient& daemon, const std::string& id) {
  std::string told;
  int failures = 0;
  for (;;) {
    auto standing = look_at(daemon, id);
    if (!standing && (standing.error().exit_code != exit_no_daemon || ++failures > failures_max))
      return std::unexpected(standing.error());
    if (standing && standing->end) return std::move(*standing->end);
    if (standing) failures = 0;
    const std::string line = standing ? standing->line : "malin does not answer; waiting for it";
    if (line != std::exchange(told, line)) fmt::print(stderr, "{}: {}\n", id, line);
    daemon.wait(look_interval);
  }
}

std::string format_submitted(const json::value& job, bool) {
  return fmt::format("{} is {}\n", text_of(job, "id"), describe_job(job));
}

std::expected<int, Trouble> submit(const SubmitOptions& options, DaemonClient& daemon) {
  const Result<std::string> body = format_submission(options.submission);
  if (!body) return std::unexpected(Trouble{exit_wrong, body.error().message});
  auto answer = daemon.ask("POST", "/v1/jobs", *body);
  if (answer && options.wait) answer = wait_for(daemon, text_of(answer->body, "id"));
  if (!answer) return std::unexpected(answer.error());
  print_answer(options, *answer, format_submitted);
  const std::string state = text_of(answer->body, "state");
  return is_over(state) && state != "delivered" ? exit_failed : exit_ok;
}

}  // namespace

void add_submit(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<SubmitOptions>();
  SubmissionText& submission = options->submission;
  CLI::App* command = app.add_subcommand("submit", "Ask for a picture or a video");
  command->group(ask_group);
  command->add_option("KIND", submission.kind, "A media kind of the config: selfie, video, ...")
      ->required()
      ->option_text(" ");
  command->add_option("PROMPT", submission.prompt, "What to see")->required()->option_text(" ");
  command->add_option("--param", submission.params, "A slot of the workflow; may be repeated")
      ->option_text("NAME=VALUE")
      ->expected(1)
      ->take_all();
  command->add_option("--priority", submission.priority, "Higher comes first; else 0")->option_text("N");
  command->add_option("--key", submission.key, "The same key again is the same job")->option_text("KEY");
  command->add_flag("--wait", options->wait, "Until it is delivered or has failed");
  add_client_options(*command, *options);
  command->footer(std::string(submit_help) + client_exit_codes);
  command->callback([options, &chosen] {
    chosen = [options] { return ask_daemon(*options, [&](DaemonClient& daemon) { return submit(*options, daemon); }); };
  });
}

}  // namespace malin::app
