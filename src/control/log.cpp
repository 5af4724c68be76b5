#include "control/log.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

namespace malin::control {

namespace {

using enum spdlog::level::level_enum;

// spdlog has no fields. One thread logs, and a line is written before `log` returns.
const LogFields no_fields;
const LogFields* line_fields = &no_fields;

template <class IsIts>
std::optional<WindowId> find_open(const Ledger& ledger, IsIts is_its) {
  for (const auto& [id, window] : ledger.windows)
    if (window.phase != WindowPhase::closed && is_its(window)) return id;
  return std::nullopt;
}

void add_job(const Ledger& ledger, const JobId& job, LogFields& ids) {
  ids.push_back({"job", job});
  const auto window =
      find_open(ledger, [&](const Window& one) { return std::ranges::find(one.jobs, job) != one.jobs.end(); });
  if (window) ids.push_back({"window", *window});
}

void add_sense(const Ledger& ledger, const std::string& sense, LogFields& ids) {
  const auto window = find_open(ledger, [&](const Window& one) { return one.leaves.contains(sense); });
  if (window) ids.push_back({"window", *window});
  ids.push_back({"sense", sense});
}

LogFields ids_of(const Event& event, const Ledger& ledger) {
  LogFields ids;
  if (event.kind == "job") {
    add_job(ledger, event.subject, ids);
  } else if (event.kind == "sense") {
    add_sense(ledger, event.subject, ids);
  } else if (event.kind == "window") {
    WindowId window = 0;
    std::from_chars(event.subject.data(), event.subject.data() + event.subject.size(), window);
    ids.push_back({"window", window});
  } else if (!event.subject.empty()) {
    ids.push_back({"subject", event.subject});
  }
  return ids;
}

LogFields join(LogFields fields, const LogFields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

}  // namespace

void log(spdlog::level::level_enum level, const std::string& message, const LogFields& fields) {
  line_fields = &fields;
  spdlog::log(level, "{}", message);
  line_fields = &no_fields;
}

const LogFields& fields_of_line() { return *line_fields; }

LogFields ids_of(const Action& action, const Ledger& ledger) {
  LogFields ids;
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.job; }) {
          add_job(ledger, one.job, ids);
        } else if constexpr (requires { one.item; }) {
          const auto item = ledger.outbox.find(one.item);
          if (item != ledger.outbox.end() && !item->second.job.empty()) add_job(ledger, item->second.job, ids);
        } else if constexpr (requires { one.sense; }) {
          if (!one.sense.empty()) add_sense(ledger, one.sense, ids);
        }
      },
      action);
  return ids;
}

void log_start(const Action& action, const LogFields& ids) {
  log(debug, key_of(action) + ": begun", join({{"action", key_of(action)}}, ids));
}

void log_end(const std::string& key, Duration took, const Result<void>& outcome, const LogFields& ids) {
  LogFields fields{{"action", key},
                   {"outcome", outcome ? "ok" : to_string(outcome.error().code)},
                   {"took_ms", static_cast<std::int64_t>(took.count())}};
  if (!outcome) fields.push_back({"why", outcome.error().message});
  log(outcome ? info : warn, key + (outcome ? ": done" : ": failed"), join(std::move(fields), ids));
}

void log_command(const std::string& server, const Result<std::string>& output) {
  log(info, "a command of " + server + " has ended",
      {{"server", server},
       {"outcome", output ? "ok" : to_string(output.error().code)},
       {"output", output ? *output : output.error().message}});
}

void log_committed(const Changes& changes, const Ledger& ledger) {
  for (const Change& change : changes)
    if (const auto* added = std::get_if<AddEvent>(&change))
      log(info, added->event.text, join({{"event", added->event.kind}}, ids_of(added->event, ledger)));
}

void log_commit_failed(const Error& error) {
  log(err, "the commit failed; nothing that depends on it is done",
      {{"outcome", to_string(error.code)}, {"why", error.message}});
}

void log_answers(const char* what, const std::string& name) { log(info, name + " answers", {{what, name}}); }

void log_silent(const char* what, const std::string& name, const Error& error) {
  log(warn, name + " does not answer", {{what, name}, {"outcome", to_string(error.code)}, {"why", error.message}});
}

}  // namespace malin::control
