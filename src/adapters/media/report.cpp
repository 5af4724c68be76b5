#include "adapters/media/report.hpp"

#include <array>
#include <filesystem>
#include <optional>

#include "net/json.hpp"

namespace malin::adapters::media {

namespace {

constexpr std::array<Errc, 5> kCodes{Errc::timeout, Errc::unreachable, Errc::refused, Errc::not_found, Errc::bad_reply};
constexpr std::array<MediaType, 3> kTypes{MediaType::photo, MediaType::video, MediaType::document};
constexpr std::int64_t kSideMax = 100'000;

Errc code_named(std::string_view name) {
  for (const Errc code : kCodes) {
    if (name == to_string(code)) return code;
  }
  return Errc::bad_reply;
}

std::string_view last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const std::size_t before = text.rfind('\n');
  return before == std::string_view::npos ? text : text.substr(before + 1);
}

std::string named(const std::string& path, const std::string& folder, std::string_view ending) {
  return (std::filesystem::path(folder) / std::filesystem::path(path).stem()).string().append(ending);
}

}  // namespace

std::string thumbnail_path(const std::string& path, const std::string& folder) {
  return named(path, folder, ".thumb.jpg");
}

std::string fast_start_path(const std::string& path, const std::string& folder) {
  return named(path, folder, ".fast.mp4");
}

std::string format_report(const Result<Report>& report) {
  net::json::object line;
  if (report) {
    line["type"] = static_cast<int>(report->type);
    line["thumbnail"] = report->has_thumbnail;
    line["fast_start"] = report->has_fast_start;
    line["width"] = report->width;
    line["height"] = report->height;
    line["duration_ms"] = report->duration.count();
    line["size"] = report->size.count;
  } else {
    line["error"] = to_string(report.error().code);
    line["reason"] = report.error().message;
  }
  return net::json::serialize(line) + "\n";
}

Result<Report> parse_report(std::string_view output) {
  const Result<net::json::value> line = net::parse_json(last_line(output));
  if (!line) return fail(Errc::bad_reply, "the media worker ended without a report");
  if (const std::optional<std::string> error = net::find_string(*line, "error")) {
    return fail(code_named(*error), net::find_string(*line, "reason").value_or("no reason given"));
  }
  const std::optional<std::int64_t> type = net::find_int(*line, "type");
  const std::int64_t width = net::find_int(*line, "width").value_or(0);
  const std::int64_t height = net::find_int(*line, "height").value_or(0);
  const std::int64_t duration_ms = net::find_int(*line, "duration_ms").value_or(-1);
  const std::int64_t size = net::find_int(*line, "size").value_or(0);
  const bool sound = type && *type >= 0 && *type < static_cast<std::int64_t>(kTypes.size()) && width > 0 &&
                     width <= kSideMax && height > 0 && height <= kSideMax && duration_ms >= 0 && size > 0;
  if (!sound) return fail(Errc::bad_reply, "the media worker's report makes no sense");
  Report report;
  report.type = kTypes[static_cast<std::size_t>(*type)];
  report.has_thumbnail = net::find_bool(*line, "thumbnail").value_or(false);
  report.has_fast_start = net::find_bool(*line, "fast_start").value_or(false);
  report.width = static_cast<int>(width);
  report.height = static_cast<int>(height);
  report.duration = Duration(duration_ms);
  report.size = Bytes{size};
  return report;
}

}  // namespace malin::adapters::media
