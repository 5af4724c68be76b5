#include "app/trace_recorder.hpp"

#include <algorithm>
#include <cerrno>
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

std::unexpected<Error> system_failure(const fs::path& path) {
  return fail(Errc::unreachable, "cannot write " + path.string() + ": " + std::generic_category().message(errno));
}

// At the end of the file, which only its owner reads. A line is written whole or torn, never mixed with another.
Result<void> write_at_end(const fs::path& path, int flags, const std::string& text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (descriptor < 0) return system_failure(path);
  const bool is_written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const Result<void> done = is_written ? Result<void>() : system_failure(path);
  ::close(descriptor);
  return done;
}

}  // namespace

void TraceRecorder::record(const Turn& turn, TimePoint ended_at) {
  append(format_line(rehearsal::TracedTurn{
      .at = turn.asked_at, .length = std::max(Duration{}, ended_at - turn.began_at), .sense = turn.sense}));
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
