#include "adapters/comfyui/disk_calls.hpp"

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace malin::testing {

namespace {

DiskCalls* listening = nullptr;

std::string name_of(const char* path) { return std::filesystem::path(path).filename(); }

bool must_fail(std::string call) {
  if (listening == nullptr || !listening->enter(std::move(call))) return false;
  errno = ENOSPC;
  return true;
}

}  // namespace

DiskCalls::DiskCalls(int nth, Fate fate) : nth_(nth), fate_(fate) { listening = this; }
DiskCalls::~DiskCalls() { listening = nullptr; }

bool DiskCalls::enter(std::string call) {
  made_.push_back(std::move(call));
  if (std::ssize(made_) != nth_) return false;
  if (fate_ == Fate::kills) ::raise(SIGKILL);
  return true;
}

}  // namespace malin::testing

// The linker's names, and the signatures of what they stand for.
extern "C" {
int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int file, const void* bytes, size_t count);
int __real_fsync(int file);
int __real_rename(const char* from, const char* to);

int __wrap_open(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(more, int) : 0;
  va_end(more);
  if (malin::testing::must_fail("open " + malin::testing::name_of(path))) return -1;
  return __real_open(path, flags, mode);
}

ssize_t __wrap_write(int file, const void* bytes, size_t count) {
  if (!malin::testing::must_fail("write")) return __real_write(file, bytes, count);
  const ssize_t half = __real_write(file, bytes, count / 2);
  errno = ENOSPC;
  return half < 0 ? half : -1;
}

int __wrap_fsync(int file) { return malin::testing::must_fail("fsync") ? -1 : __real_fsync(file); }

int __wrap_rename(const char* from, const char* to) {
  using malin::testing::name_of;
  return malin::testing::must_fail("rename " + name_of(from) + " " + name_of(to)) ? -1 : __real_rename(from, to);
}
}
