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

// At the end of the file, which only its owner reads: all of the text, or nothing.
Result<void> write_at_end(const fs::path& path, int flags, const std::string& text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (descriptor < 0) return system_failure(path);
  const off_t end = ::lseek(descriptor, 0, SEEK_END);
  const ssize_t written = ::write(descriptor, text.data(), text.size());
  Result<void> done;
  if (written != static_cast<ssize_t>(text.size())) {
    if (written >= 0) errno = ENOSPC;
    done = system_failure(path);
    if (::ftruncate(descriptor, end) != 0) done = system_failure(path);
  }
  ::close(descriptor);
  return done;
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

Result<void> TraceRecorder::try_to_append(const std::string& line) const {
  std::error_code none;
  const std::uintmax_t size = fs::file_size(file_, none);
  if (!none && size + line.size() > static_cast<std::uintmax_t>(bytes_max_.count))
    if (const Result<void> done = shorten(); !done) return done;
  return write_at_end(file_, O_APPEND, line);
}

Result<void> TraceRecorder::shorten() const {
  const Result<std::string> text = read_text(file_, Bytes{2 * bytes_max_.count});
  if (!text) return std::unexpected(text.error());
  const std::size_t cut = text->find('\n', text->size() / 2);
  fs::path shorter = file_;
  shorter += ".part";
  const Result<void> done = write_at_end(shorter, O_TRUNC, cut == std::string::npos ? "" : text->substr(cut + 1));
  if (!done) return done;
  return ::rename(shorter.c_str(), file_.c_str()) == 0 ? Result<void>() : system_failure(file_);
}

}  // namespace malin::app
