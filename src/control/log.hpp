// What is logged: a short text, and fields for whoever searches. The loop logs one line for each decision that is
// committed and for each outcome, in the words of the design, with the ids of the job and the window that it belongs
// to. Looks are logged only when something begins or ceases to answer.
#pragma once

#include <string>

#include <spdlog/common.h>

#include "control/log_line.hpp"
#include "core/action.hpp"
#include "core/change.hpp"
#include "core/result.hpp"

namespace malin::control {

void log(spdlog::level::level_enum level, const std::string& message, const LogFields& fields);
// Of the line that is being written, for what formats it. Empty: it has none.
const LogFields& fields_of_line();

// "job", "window" and "sense" of this action, as far as it has them.
LogFields ids_of(const Action& action, const Ledger& ledger);

void log_start(const Action& action, const LogFields& ids);
void log_end(const std::string& key, Duration took, const Result<void>& outcome, const LogFields& ids);
void log_command(const std::string& server, const Result<std::string>& output);
// `ledger`: with these changes.
void log_committed(const Changes& changes, const Ledger& ledger);
void log_commit_failed(const Error& error);
void log_answers(const char* what, const std::string& name);
void log_silent(const char* what, const std::string& name, const Error& error);

template <class T>
void log_reading(const char* what, const std::string& name, const Result<T>& reading) {
  if (reading) return log_answers(what, name);
  log_silent(what, name, reading.error());
}

}  // namespace malin::control
