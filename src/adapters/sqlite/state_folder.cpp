#include "adapters/sqlite/state_folder.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace malin::adapters {

namespace fs = std::filesystem;

namespace {

std::unexpected<Error> system_failure(const std::string& deed, const fs::path& path, int error) {
  return fail(Errc::unreachable, "cannot " + deed + " " + path.string() + ": " + std::strerror(error));
}

Result<void> make_private_folder(const fs::path& path) {
  std::error_code trouble;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), trouble);
  if (trouble) return system_failure("make the folder", path.parent_path(), trouble.value());
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno == EEXIST && fs::is_directory(path, trouble)) return {};
  return system_failure("make the folder", path, errno);
}

// A file that exists keeps its mode: the person may have chosen it.
Result<int> open_private_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_failure("open", path, errno);
  return descriptor;
}

// What a daemon that was ended in the middle has left: nobody will finish it. One that cannot be removed takes room, no
// more, and must not keep the senses from coming back.
void remove_unfinished(const fs::path& spool) {
  std::error_code ignored;
  for (fs::directory_iterator entry(spool, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (entry->path().extension() != ".part") continue;
    std::error_code kept;
    fs::remove(entry->path(), kept);
  }
}

std::string read_holder(int descriptor) {
  char text[32] = {};
  const ssize_t length = ::pread(descriptor, text, sizeof text - 1, 0);
  const std::string pid(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  const auto end = pid.find_first_not_of("0123456789");
  return end == 0 || pid.empty() ? "unknown" : pid.substr(0, end);
}

Result<FileLock> take_lock(const fs::path& path) {
  const auto descriptor = open_private_file(path);
  if (!descriptor) return std::unexpected(descriptor.error());
  FileLock lock(*descriptor);
  if (::flock(*descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_failure("lock", path, errno);
    return fail(Errc::refused, "another malin (process " + read_holder(*descriptor) + ") has the state folder " +
                                   path.parent_path().string() +
                                   ": two daemons would fight over the same senses; stop it or use another folder");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(*descriptor, 0) != 0 ||
      ::pwrite(*descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return system_failure("write", path, errno);
  }
  return lock;
}

}  // namespace

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<StateFolder> open_state(const fs::path& directory) {
  std::error_code trouble;
  const fs::path absolute = fs::absolute(directory, trouble).lexically_normal();
  if (trouble) return system_failure("find", directory, trouble.value());
  const fs::path folder = absolute.has_filename() ? absolute : absolute.parent_path();
  if (auto made = make_private_folder(folder); !made) return std::unexpected(made.error());
  auto lock = take_lock(folder / "malin.lock");
  if (!lock) return std::unexpected(lock.error());
  if (auto made = make_private_folder(folder / "spool"); !made) return std::unexpected(made.error());
  remove_unfinished(folder / "spool");

  // SQLite would make it with the umask's mode; its log files follow the mode of the database.
  const auto database = open_private_file(folder / "malin.db");
  if (!database) return std::unexpected(database.error());
  ::close(*database);
  return StateFolder{folder, folder / "malin.db", folder / "spool", std::move(*lock)};
}

}  // namespace malin::adapters
