// The binary messages of ComfyUI's socket.
#include <cstdint>

#include "adapters/comfyui/comfyui_protocol.hpp"
#include "net/json.hpp"

namespace malin::adapters {

namespace {

constexpr std::size_t image_bytes_max = 1 << 20;
constexpr std::uint32_t plain_event = 1;          // Then the format, 1 JPEG or 2 PNG, and the image.
constexpr std::uint32_t with_metadata_event = 4;  // Then the length of a JSON text, the text and the image.

// Takes four bytes, the highest first. nullopt: there are fewer.
std::optional<std::uint32_t> take_number(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : bytes.substr(0, 4)) number = number << 8 | static_cast<unsigned char>(c);
  bytes.remove_prefix(4);
  return number;
}

std::string type_of(std::string_view image) {
  if (image.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (image.starts_with("\x89PNG")) return "image/png";
  return {};
}

}  // namespace

std::optional<SocketFrame> parse_ws_frame(std::string_view bytes) {
  const auto event = take_number(bytes);
  const auto number = take_number(bytes);
  if (!event || !number) return std::nullopt;
  SocketFrame frame;
  if (*event == with_metadata_event) {
    if (*number > bytes.size()) return std::nullopt;
    const auto about = net::parse_json(bytes.substr(0, *number));
    bytes.remove_prefix(*number);
    if (!about) return std::nullopt;
    frame.prompt_id = net::find_string(*about, "prompt_id").value_or("");
  } else if (*event != plain_event) {
    return std::nullopt;
  }
  frame.preview.type = type_of(bytes);
  if (frame.preview.type.empty() || bytes.size() > image_bytes_max) return std::nullopt;
  frame.preview.image = bytes;
  return frame;
}

std::string format_features() { return R"({"type":"feature_flags","data":{"supports_preview_metadata":true}})"; }

}  // namespace malin::adapters
