#include "control/log.hpp"

#include <variant>

#include <spdlog/spdlog.h>

namespace malin::control {

void log_start(const Action& action) { spdlog::debug("action=\"{}\" started", key_of(action)); }

void log_end(const std::string& key, Duration took, const Result<void>& outcome) {
  if (outcome)
    spdlog::info("action=\"{}\" outcome=ok took_ms={}", key, took.count());
  else
    spdlog::warn("action=\"{}\" outcome={} took_ms={} why=\"{}\"", key, to_string(outcome.error().code), took.count(),
                 outcome.error().message);
}

void log_command(const std::string& server, const Result<std::string>& output) {
  spdlog::info("server={} command={} output=\"{}\"", server, output ? "ok" : to_string(output.error().code),
               output ? *output : output.error().message);
}

void log_committed(const Changes& changes) {
  for (const Change& change : changes)
    if (const auto* added = std::get_if<AddEvent>(&change))
      spdlog::info("{}={} {}", added->event.kind, added->event.subject.empty() ? "-" : added->event.subject,
                   added->event.text);
}

void log_commit_failed(const Error& error) {
  spdlog::error("commit={} why=\"{}\"; nothing that depends on it is done", to_string(error.code), error.message);
}

void log_answers(const char* what, const std::string& name) { spdlog::info("{}={} answers", what, name); }

void log_silent(const char* what, const std::string& name, const Error& error) {
  spdlog::warn("{}={} outcome={} why=\"{}\"", what, name, to_string(error.code), error.message);
}

}  // namespace malin::control
