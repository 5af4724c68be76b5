#include "app/trace_recorder.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/rehearsal/trace.hpp"
#include "app/text_file.hpp"

namespace malin::app {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t line_bytes_max = 64 << 10;

std::unexpected<Error> system_failure(const fs::path& path) {
  return fail(Errc::unreachable, "cannot write " + path.string() + ": " + std::generic_category().message(errno));
}

int open_to_append(const fs::path& path, int flags) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | flags, 0600);
}

// All of the text, or nothing. `end`: of the file, which only its owner writes.
Result<void> append_whole(int descriptor, off_t end, const std::string& text, const fs::path& path) {
  const ssize_t written = ::write(descriptor, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return {};
  if (written >= 0) errno = ENOSPC;
  const auto failure = system_failure(path);
  if (::ftruncate(descriptor, end) != 0) return system_failure(path);
  return failure;
}

// A line that was being written when the power went. Nothing is to be glued to it.
void cut_torn_line(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || size == 0) return;
  std::ifstream file(path, std::ios::binary);
  const std::uintmax_t length = std::min<std::uintmax_t>(size, line_bytes_max);
  std::string tail(length, '\0');
  file.seekg(static_cast<std::streamoff>(size - length));
  if (!file.read(tail.data(), static_cast<std::streamsize>(length))) return;
  const std::size_t torn = tail.size() - (tail.rfind('\n') + 1);  // Without any line break: all of it.
  if (torn > 0) fs::resize_file(path, size - torn, error);
}

}  // namespace

TraceRecorder::TraceRecorder(fs::path file, Bytes bytes_max) : file_(std::move(file)), bytes_max_(bytes_max) {
  cut_torn_line(file_);
}

TraceRecorder::~TraceRecorder() { close(); }

void TraceRecorder::record(const Turn& turn, TimePoint ended_at) {
  const Duration length = std::clamp(ended_at - turn.began_at, Duration{}, rehearsal::turn_length_max);
  append(format_line(rehearsal::TracedTurn{.at = turn.asked_at, .length = length, .sense = turn.sense}));
}

void TraceRecorder::record(const Job& job) {
  append(format_line(rehearsal::TracedJob{.at = job.created_at, .kind = job.kind, .priority = job.priority}));
}

void TraceRecorder::append(const std::string& line) {
  const Result<void> done = try_to_append(line);
  if (!done && !is_in_trouble_) spdlog::warn("the trace is not kept: {}", done.error().message);
  is_in_trouble_ = !done;
}

Result<void> TraceRecorder::try_to_append(const std::string& line) {
  Result<std::int64_t> size = open();
  if (size && *size + std::ssize(line) > bytes_max_.count) {
    if (const Result<void> done = shorten(); !done) return done;
    size = open();
  }
  if (!size) return std::unexpected(size.error());
  return append_whole(descriptor_, *size, line, file_);
}

Result<std::int64_t> TraceRecorder::open() {
  struct stat status{};
  struct stat named{};
  const bool is_open = descriptor_ >= 0 && ::fstat(descriptor_, &status) == 0;
  const bool is_named =
      is_open && ::stat(file_.c_str(), &named) == 0 && named.st_ino == status.st_ino && named.st_dev == status.st_dev;
  if (is_named) return status.st_size;
  close();
  descriptor_ = open_to_append(file_, 0);
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) return system_failure(file_);
  return status.st_size;
}

void TraceRecorder::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Result<void> TraceRecorder::shorten() const {
  const Result<std::string> text = read_text(file_, Bytes{2 * bytes_max_.count});
  if (!text) return std::unexpected(text.error());
  const std::size_t cut = text->find('\n', text->size() / 2);
  fs::path shorter = file_;
  shorter += ".part";
  const int part = open_to_append(shorter, O_TRUNC);
  if (part < 0) return system_failure(shorter);
  const Result<void> done = append_whole(part, 0, cut == std::string::npos ? "" : text->substr(cut + 1), shorter);
  ::close(part);
  if (!done) return done;
  return ::rename(shorter.c_str(), file_.c_str()) == 0 ? Result<void>() : system_failure(file_);
}

}  // namespace malin::app
