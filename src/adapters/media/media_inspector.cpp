#include "adapters/media/media_inspector.hpp"

#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "adapters/media/report.hpp"
#include "net/child.hpp"

namespace malin::adapters {

namespace {

net::Child worker_for(const MediaInspectorOptions& options, const std::string& path, const std::string& folder) {
  net::Child child;
  child.arguments = options.worker_command;
  child.arguments.push_back(path);
  child.arguments.push_back(folder);
  child.arguments.push_back(std::to_string(options.memory.count >> 20));
  child.environment = net::library_environment();  // No secret is in the process that reads outside bytes.
  return child;
}

Result<media::Report> read_end(const net::ChildEnd& end, Duration limit) {
  if (end.timed_out) return fail(Errc::bad_reply, "looking at it took longer than " + format_duration(limit));
  if (end.signal != 0) {
    return fail(Errc::bad_reply, std::string("decoding it ended the media worker (") + ::strsignal(end.signal) + ")");
  }
  if (end.exit_code != 0) {
    return fail(Errc::bad_reply, "the media worker failed (exit " + std::to_string(end.exit_code) + ")");
  }
  return media::parse_report(end.output);
}

// What a worker that was ended in the middle of writing may have left.
void remove_leftovers(const std::string& path, const std::string& folder) {
  std::error_code ignored;
  std::filesystem::remove(media::thumbnail_path(path, folder) + ".part", ignored);
  std::filesystem::remove(media::fast_start_path(path, folder) + ".part", ignored);
}

}  // namespace

Bytes default_worker_memory() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return {};
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return {};
#else
  return gibibytes(2);
#endif
#else
  return gibibytes(2);
#endif
}

MediaInspector::MediaInspector(MediaInspectorOptions options) : options_(std::move(options)) {}

Task<Result<Media>> MediaInspector::inspect(std::string path) {
  if (options_.worker_command.front().empty())
    co_return fail(Errc::unreachable, "the program that looks at finished media is missing");
  const std::string folder = std::filesystem::path(path).parent_path();
  net::Child child = worker_for(options_, path, folder);
  const Result<net::ChildEnd> end = co_await net::run_child(std::move(child), options_.limit);
  if (!end) co_return fail(Errc::unreachable, end.error().message);
  const Result<media::Report> report = read_end(*end, options_.limit);
  if (!report) {
    remove_leftovers(path, folder);
    co_return std::unexpected(report.error());
  }

  Media result;
  result.type = report->type;
  result.path = report->has_fast_start ? media::fast_start_path(path, folder) : path;
  if (report->has_thumbnail) result.thumbnail = media::thumbnail_path(path, folder);
  result.width = report->width;
  result.height = report->height;
  result.duration = report->duration;
  result.size = report->size;
  co_return result;
}

}  // namespace malin::adapters
