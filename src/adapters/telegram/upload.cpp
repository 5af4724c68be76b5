#include "adapters/telegram/upload.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "adapters/telegram/wire.hpp"
#include "net/json.hpp"
#include "net/multipart.hpp"

namespace malin::adapters::telegram {

namespace {

constexpr std::size_t kThumbnailMax = 200'000;

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return std::nullopt;
  const std::streamoff size = file.tellg();
  if (size < 0) return std::nullopt;
  std::string data(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  file.read(data.data(), size);
  return file ? std::optional(std::move(data)) : std::nullopt;
}

std::string content_type_of(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension();
  if (extension == ".png") return "image/png";
  if (extension == ".jpg" || extension == ".jpeg") return "image/jpeg";
  if (extension == ".webp") return "image/webp";
  if (extension == ".gif") return "image/gif";
  if (extension == ".mp4") return "video/mp4";
  if (extension == ".webm") return "video/webm";
  return "application/octet-stream";
}

std::string boundary_for(const std::vector<net::Part>& parts) {
  for (int number = 0;; ++number) {
    std::string boundary = "malin-boundary-" + std::to_string(number);
    const auto has = [&boundary](const net::Part& part) { return part.data.contains(boundary); };
    if (std::ranges::none_of(parts, has)) return boundary;
  }
}

net::Part field(std::string name, std::string value) {
  return {.name = std::move(name), .filename = {}, .content_type = {}, .data = std::move(value)};
}

std::int64_t whole_seconds(Duration length) {
  return std::max<std::int64_t>(1, std::chrono::round<std::chrono::seconds>(length).count());
}

// What Telegram is told about the media, the same in both forms of the call.
net::json::object details(const DeliveryOrder& order, MediaType type, bool has_thumbnail) {
  net::json::object result;
  if (!order.caption.empty()) result["caption"] = cut_text(order.caption, kCaptionMax);
  if (has_thumbnail) result["thumbnail"] = "attach://thumbnail";
  if (type != MediaType::video) return result;
  result["supports_streaming"] = true;
  if (order.media.width > 0 && order.media.height > 0) {
    result["width"] = order.media.width;
    result["height"] = order.media.height;
  }
  if (order.media.duration > Duration::zero()) result["duration"] = whole_seconds(order.media.duration);
  return result;
}

std::string type_name(MediaType type) {
  switch (type) {
    case MediaType::photo:
      return "photo";
    case MediaType::video:
      return "video";
    case MediaType::document:
      return "document";
  }
  return "document";
}

// "sendPhoto", "sendVideo", "sendDocument".
std::string send_method(std::string name) {
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return "send" + name;
}

Upload in_multipart(std::string method, const std::vector<net::Part>& parts, MediaType type) {
  const std::string boundary = boundary_for(parts);
  return {.method = std::move(method),
          .content_type = "multipart/form-data; boundary=" + boundary,
          .body = net::format_multipart(parts, boundary),
          .as_document = type == MediaType::document};
}

}  // namespace

Error too_large_error(Bytes size_max, const std::string& path) {
  return {Errc::refused,
          "larger than Telegram takes (" + std::to_string(size_max.count / 1'000'000) + " MB); kept at " + path};
}

Result<Upload> compose_upload(const UploadPlan& plan) {
  const Media& media = plan.order.media;
  std::error_code problem;
  const std::uintmax_t size = std::filesystem::file_size(media.path, problem);
  if (problem) return fail(Errc::refused, "cannot read " + media.path + ": " + problem.message());
  if (size > static_cast<std::uintmax_t>(plan.size_max.count)) {
    return std::unexpected(too_large_error(plan.size_max, media.path));
  }
  std::optional<std::string> data = read_file(media.path);
  if (!data) return fail(Errc::refused, "cannot read " + media.path);

  const bool too_large_photo = media.type == MediaType::photo && size > static_cast<std::uintmax_t>(kPhotoMax.count);
  const MediaType type = plan.as_document || too_large_photo ? MediaType::document : media.type;
  std::optional<std::string> thumbnail;
  if (type != MediaType::photo && !media.thumbnail.empty()) thumbnail = read_file(media.thumbnail);
  if (thumbnail && (thumbnail->empty() || thumbnail->size() >= kThumbnailMax)) thumbnail.reset();

  net::json::object about = details(plan.order, type, thumbnail.has_value());
  std::vector<net::Part> parts{field("chat_id", plan.chat_id)};
  std::string file_part = "media_file";
  std::string method = "editMessageMedia";
  if (plan.edit) {
    about["type"] = type_name(type);
    about["media"] = "attach://" + file_part;
    parts.push_back(field("message_id", std::to_string(plan.order.status.value_or(0))));
    parts.push_back(field("media", net::json::serialize(about)));
  } else {
    file_part = type_name(type);
    method = send_method(file_part);
    for (const auto& [name, value] : about) {
      const bool is_text = value.is_string();
      parts.push_back(field(std::string(name), is_text ? std::string(value.as_string()) : net::json::serialize(value)));
    }
  }
  parts.push_back({.name = file_part,
                   .filename = std::filesystem::path(media.path).filename(),
                   .content_type = content_type_of(media.path),
                   .data = std::move(*data)});
  if (thumbnail) {
    parts.push_back({.name = "thumbnail",
                     .filename = "thumbnail.jpg",
                     .content_type = "image/jpeg",
                     .data = std::move(*thumbnail)});
  }
  return in_multipart(std::move(method), parts, type);
}

}  // namespace malin::adapters::telegram
