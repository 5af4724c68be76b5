#include "adapters/system/shell_commands.hpp"

#include <csignal>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "net/run.hpp"

namespace malin::adapters {
namespace {

using namespace std::chrono_literals;

Task<void> run_into(ShellCommands& commands, std::string command, Duration limit, Result<std::string>& result) {
  result = co_await commands.run(std::move(command), limit);
}

// Runs `command` for real and waits for its result.
Result<std::string> run_shell(std::string command, Duration limit = 10s) {
  ShellCommands commands;
  Result<std::string> result;
  testing::run(run_into(commands, std::move(command), limit, result));
  return result;
}

bool has_no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

TEST(ShellCommands, what_a_command_prints_on_both_channels_is_its_result) {
  EXPECT_EQ(run_shell("echo out; echo err >&2"), "out\nerr");
  EXPECT_EQ(run_shell("true"), "");
  EXPECT_TRUE(has_no_children());
}

TEST(ShellCommands, a_failing_command_is_refused_with_its_code_and_words) {
  const Result<std::string> result = run_shell("echo no such unit >&2; exit 5");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (Error{Errc::refused, "the command exited with 5 and printed: no such unit"}));
  const Result<std::string> killed = run_shell("kill -TERM $$");
  ASSERT_FALSE(killed);
  EXPECT_EQ(killed.error().code, Errc::refused);
  EXPECT_NE(killed.error().message.find("Terminated"), std::string::npos);
}

TEST(ShellCommands, only_the_end_of_much_output_is_kept) {
  const Result<std::string> result = run_shell("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");
  ASSERT_TRUE(result);
  EXPECT_LE(result->size(), 8192u);
  EXPECT_GT(result->size(), 8000u);
  EXPECT_TRUE(result->ends_with("line 4999"));
}

TEST(ShellCommands, after_the_deadline_the_command_and_its_children_are_killed) {
  const auto start = std::chrono::steady_clock::now();
  const Result<std::string> result = run_shell("sleep 300 & echo $!; sleep 300", 300ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  const std::string& text = result.error().message;
  EXPECT_TRUE(text.starts_with("the command was killed, it had not ended after 300 ms and printed: ")) << text;
  const pid_t child = std::stoi(text.substr(text.rfind(' ') + 1));
  // The child's parent is gone, so someone else reaps it, a moment later.
  const auto until = std::chrono::steady_clock::now() + 5s;
  const auto is_running = [child] {
    return run_shell("grep -q '^State:.[^Z]' /proc/" + std::to_string(child) + "/status");
  };
  while (is_running() && std::chrono::steady_clock::now() < until) {}
  EXPECT_FALSE(is_running());
  EXPECT_TRUE(has_no_children());
}

TEST(ShellCommands, a_server_left_in_the_background_neither_hangs_the_call_nor_dies) {
  boost::asio::io_context io;
  ShellCommands commands;
  Result<std::string> result;
  const auto start = std::chrono::steady_clock::now();
  testing::run(io, run_into(commands, "(while sleep 0.05; do echo alive; done) & echo $!", 60s, result));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  ASSERT_TRUE(result);
  const std::string server = result->substr(0, result->find('\n'));
  // Long enough for the server to print some more, on the same loop.
  testing::run(io, run_into(commands, "sleep 0.3; kill -0 " + server, 10s, result));
  EXPECT_TRUE(result) << result.error().message;
  ::kill(std::stoi(server), SIGKILL);
}

TEST(ShellCommands, a_command_that_closes_its_output_is_still_waited_for) {
  EXPECT_EQ(run_shell("exec >&- 2>&-; sleep 0.2; exit 3").error().code, Errc::refused);
  EXPECT_EQ(run_shell("exec >&- 2>&-; sleep 60", 200ms).error().code, Errc::timeout);
}

TEST(ShellCommands, secrets_stay_behind_and_the_rest_of_the_environment_goes_along) {
  ::setenv("MALIN_TELEGRAM_TOKEN", "123:secret", 1);
  ::setenv("MALIN_HINT", "seen", 1);
  ::setenv("NOTIFY_SOCKET", "/nowhere", 1);
  EXPECT_EQ(run_shell("echo $MALIN_TELEGRAM_TOKEN$NOTIFY_SOCKET$MALIN_HINT"), "seen");
  ::unsetenv("MALIN_TELEGRAM_TOKEN");
  ::unsetenv("MALIN_HINT");
  ::unsetenv("NOTIFY_SOCKET");
}

TEST(ShellCommands, a_command_reads_nothing_and_holds_none_of_our_descriptors) {
  EXPECT_EQ(run_shell("cat"), "");
  EXPECT_EQ(run_shell("ls /proc/self/fd | wc -l"), "4");  // 0 to 2, and the one that ls reads the folder with.
}

TEST(ShellCommands, a_loop_that_ends_early_leaves_no_child) {
  Result<std::string> result;
  ShellCommands commands;
  {
    boost::asio::io_context io;
    EXPECT_THROW(testing::run(io, run_into(commands, "sleep 300", 60s, result), 100ms), std::runtime_error);
  }
  const auto until = std::chrono::steady_clock::now() + 5s;
  while (!has_no_children() && std::chrono::steady_clock::now() < until) {}
  EXPECT_TRUE(has_no_children());
}

}  // namespace
}  // namespace malin::adapters
