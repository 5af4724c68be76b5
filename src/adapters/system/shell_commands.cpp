#include "adapters/system/shell_commands.hpp"

#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "net/child.hpp"

namespace malin::adapters {

namespace {

// Malin's own tokens, and the addresses of its own conversation with systemd.
bool is_ours_alone(std::string_view variable) {
  const std::string_view name = variable.substr(0, variable.find('='));
  return (name.starts_with("MALIN_") && name.contains("TOKEN")) || name == "NOTIFY_SOCKET" ||
         name.starts_with("WATCHDOG_");
}

std::vector<std::string> inherited_environment() {
  std::vector<std::string> result;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (!is_ours_alone(*variable)) result.emplace_back(*variable);
  }
  return result;
}

// Without the half character that cutting may have left at the front, and without the last line's end.
std::string tidy(std::string output) {
  std::size_t first = 0;
  while (first < output.size() && first < 3 && (static_cast<unsigned char>(output[first]) & 0xC0) == 0x80) ++first;
  const std::size_t last = output.find_last_not_of("\r\n");
  return last == std::string::npos || last < first ? std::string() : output.substr(first, last + 1 - first);
}

std::string with_output(std::string what, const std::string& output) {
  return output.empty() ? what + " and printed nothing" : what + " and printed: " + output;
}

}  // namespace

Task<Result<std::string>> ShellCommands::run(std::string command, Duration limit) {
  net::Child child;
  child.arguments = {"/bin/sh", "-c", std::move(command)};
  child.environment = inherited_environment();
  child.may_leave_children = true;
  const Result<net::ChildEnd> end = co_await net::run_child(std::move(child), limit);
  if (!end) co_return std::unexpected(end.error());

  std::string output = tidy(end->output);
  if (end->timed_out) {
    const std::string what = "the command was killed, it had not ended after " + format_duration(limit);
    co_return fail(Errc::timeout, with_output(what, output));
  }
  if (end->signal != 0) {
    const std::string what = std::string("the command was ended by a signal (") + ::strsignal(end->signal) + ")";
    co_return fail(Errc::refused, with_output(what, output));
  }
  if (end->exit_code != 0) {
    const std::string what = "the command exited with " + std::to_string(end->exit_code);
    co_return fail(Errc::refused, with_output(what, output));
  }
  co_return output;
}

}  // namespace malin::adapters
