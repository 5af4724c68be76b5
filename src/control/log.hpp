// The lines that the loop logs: one for each decision that is committed and for each outcome, key=value, in the words
// of the design. Looks are logged only when something begins or ceases to answer.
#pragma once

#include <string>

#include "core/action.hpp"
#include "core/change.hpp"
#include "core/result.hpp"

namespace malin::control {

void log_start(const Action& action);
void log_end(const std::string& key, Duration took, const Result<void>& outcome);
void log_command(const std::string& server, const Result<std::string>& output);
void log_committed(const Changes& changes);
void log_commit_failed(const Error& error);
void log_answers(const char* what, const std::string& name);
void log_silent(const char* what, const std::string& name, const Error& error);

template <class T>
void log_reading(const char* what, const std::string& name, const Result<T>& reading) {
  if (reading) return log_answers(what, name);
  log_silent(what, name, reading.error());
}

}  // namespace malin::control
