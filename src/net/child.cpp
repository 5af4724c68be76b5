#include "net/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/waiting.hpp"
#include "ports/task.hpp"

namespace malin::net {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr std::chrono::seconds kPipeGrace{1};
constexpr std::chrono::seconds kKillGrace{2};

// A started child: its process, its output and what of that is kept.
struct Running {
  Running(asio::any_io_executor executor, pid_t pid_, int pidfd, int pipe_end, std::size_t output_max_)
      : pid(pid_), exit(executor, pidfd), pipe(executor, pipe_end), output_max(output_max_) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (reap()) return;
    ::kill(-pid, SIGKILL);
    // The kernel may take its time to end a process; the loop must not wait for that.
    std::thread([dying = pid] { ::waitpid(dying, nullptr, 0); }).detach();
  }

  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
  }
  // Takes the exit status if there is one. true: the process is gone.
  bool reap() {
    if (!reaped) {
      const pid_t got = ::waitpid(pid, &status, WNOHANG);
      reaped = got == pid || (got < 0 && errno == ECHILD);
    }
    return reaped;
  }
  void keep(const char* data, std::size_t size) {
    output.append(data, size);
    if (output.size() > 2 * output_max) trim();
  }
  void trim() {
    if (output.size() > output_max) output.erase(0, output.size() - output_max);
  }

  pid_t pid;
  asio::posix::stream_descriptor exit;  // Readable when the process has ended.
  asio::posix::stream_descriptor pipe;
  std::size_t output_max;
  std::string output;
  bool pipe_ended = false;
  bool reaped = false;
  int status = 0;
};
using RunningPtr = std::shared_ptr<Running>;

// Reads the output to its end.
Task<void> drain(RunningPtr child) {
  std::array<char, 4096> buffer;
  for (;;) {
    const auto [error, size] = co_await child->pipe.async_read_some(asio::buffer(buffer), kToken);
    if (error) {
      child->pipe_ended = error != asio::error::operation_aborted;
      co_return;
    }
    child->keep(buffer.data(), size);
  }
}

// Until the process has ended; false: the wait was cancelled. Asio reuses what it keeps of a descriptor that was
// closed, so news of that one may wake this.
Task<bool> wait_for_end(RunningPtr child) {
  while (!child->has_ended()) {
    const auto [error] = co_await child->exit.async_wait(asio::posix::stream_descriptor::wait_read, kToken);
    if (error) co_return false;
  }
  co_return true;
}

Task<void> drain_then_wait(RunningPtr child) {
  co_await drain(child);
  if (child->pipe_ended) co_await wait_for_end(child);
}

Task<void> wait_then_grace(RunningPtr child) {
  const bool has_ended = co_await wait_for_end(child);
  if (!has_ended || child->pipe_ended) co_return;
  asio::steady_timer timer(child->exit.get_executor(), kPipeGrace);
  [[maybe_unused]] const auto [stopped] = co_await timer.async_wait(kToken);
}

Task<void> sleep_for(std::chrono::milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  [[maybe_unused]] const auto [stopped] = co_await timer.async_wait(kToken);
}

// Goes on reading what a grandchild writes, so that it is not killed by a broken pipe.
Task<void> throw_away(RunningPtr child) {
  child->output_max = 0;
  co_await drain(child);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Starts it with its output going to `output`. Returns the process id, or the negative errno.
pid_t spawn(Child& child, int output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  sigset_t none;
  sigemptyset(&none);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2})
    sigaddset(&defaults, signal);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setsigdefault(&how, &defaults);
  // Real-time priority is not inherited. SCHED_IDLE is: without privileges nobody gets out of it (sched(7)).
  const int policy = ::sched_getscheduler(0);
  const bool is_real_time = policy == SCHED_FIFO || policy == SCHED_RR;
  const sched_param ordinary{};
  posix_spawnattr_setschedpolicy(&how, SCHED_OTHER);
  posix_spawnattr_setschedparam(&how, &ordinary);
  posix_spawnattr_setflags(&how,
                           static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              (is_real_time ? POSIX_SPAWN_SETSCHEDULER : 0)));

  std::vector<char*> arguments = pointers(child.arguments);
  std::vector<char*> environment = pointers(child.environment);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, arguments[0], &files, &how, arguments.data(), environment.data());
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  return error == 0 ? pid : -error;
}

Result<RunningPtr> start(asio::any_io_executor executor, Child child) {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Errc::refused, std::string("pipe: ") + std::strerror(errno));
  const pid_t pid = spawn(child, ends[1]);
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return fail(Errc::refused, "cannot run " + child.arguments[0] + ": " + std::strerror(-pid));
  }
  // glibc 2.36 declares pidfd_open without C linkage.
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return fail(Errc::refused, "cannot watch " + child.arguments[0] + ": " + std::strerror(error));
  }
  return std::make_shared<Running>(executor, pid, pidfd, ends[0], child.output_bytes_max);
}

}  // namespace

std::vector<std::string> library_environment() {
  const char* path = std::getenv("LD_LIBRARY_PATH");
  if (path == nullptr) return {};
  return {std::string("LD_LIBRARY_PATH=") + path};
}

Task<Result<ChildEnd>> run_child(Child child, std::chrono::milliseconds limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const bool may_leave_children = child.may_leave_children;
  Result<RunningPtr> started = start(executor, std::move(child));
  if (!started) co_return std::unexpected(started.error());
  const RunningPtr running = std::move(*started);

  co_await (drain_then_wait(running) || wait_then_grace(running) || sleep_for(limit));

  ChildEnd end;
  end.timed_out = !running->has_ended();
  if (end.timed_out || !may_leave_children) ::kill(-running->pid, SIGKILL);  // Before it is reaped: the id is ours.
  if (end.timed_out) co_await (drain_then_wait(running) || wait_then_grace(running) || sleep_for(kKillGrace));
  running->reap();
  running->trim();
  end.output = running->output;
  if (WIFEXITED(running->status)) end.exit_code = WEXITSTATUS(running->status);
  if (WIFSIGNALED(running->status)) end.signal = WTERMSIG(running->status);
  if (!running->pipe_ended && may_leave_children && !end.timed_out) {
    asio::co_spawn(executor, throw_away(running), rethrow);
  }
  co_return end;
}

}  // namespace malin::net
