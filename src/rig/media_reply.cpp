#include "rig/media_reply.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace malin::rig {

namespace {

using Range = std::pair<std::size_t, std::size_t>;  // First and last byte.

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Of "bytes=0-99", "bytes=100-", "bytes=-50". nullopt: not satisfiable.
std::optional<Range> parse_range(std::string_view header, std::size_t size) {
  if (!header.starts_with("bytes=") || size == 0) return std::nullopt;
  header.remove_prefix(6);
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<std::size_t> first = number(header.substr(0, dash));
  const std::optional<std::size_t> last = number(header.substr(dash + 1));
  if (!first && !last) return std::nullopt;
  if (!first) return Range{size - std::min(*last, size), size - 1};
  const std::size_t end = std::min(last.value_or(size - 1), size - 1);
  if (*first > end) return std::nullopt;
  return Range{*first, end};
}

}  // namespace

std::string content_type_of(std::string_view filename) {
  const auto is = [&](std::string_view extension) { return filename.ends_with(extension); };
  if (is(".png")) return "image/png";
  if (is(".jpg") || is(".jpeg")) return "image/jpeg";
  if (is(".webp")) return "image/webp";
  if (is(".gif")) return "image/gif";
  if (is(".mp4")) return "video/mp4";
  if (is(".webm")) return "video/webm";
  return "application/octet-stream";
}

net::HttpResponse file_response(const net::HttpRequest& request, std::string_view bytes, std::string type) {
  const bool ranged = request.headers.has("Range");
  const std::optional<Range> range = ranged ? parse_range(request.headers.get("Range"), bytes.size()) : std::nullopt;
  if (ranged && !range) {
    net::HttpResponse refused(416, "text/plain", "");
    refused.headers.set("Content-Range", fmt::format("bytes */{}", bytes.size()));
    return refused;
  }
  const std::string_view part = range ? bytes.substr(range->first, range->second - range->first + 1) : bytes;
  net::HttpResponse response(range ? 206 : 200, std::move(type), std::string(part));
  response.headers.set("Accept-Ranges", "bytes");
  response.headers.set("Etag", fmt::format("\"{:x}-{:x}\"", std::hash<std::string_view>{}(bytes), bytes.size()));
  if (range) {
    response.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", range->first, range->second, bytes.size()));
  }
  return response;
}

}  // namespace malin::rig
