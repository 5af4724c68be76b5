#include "adapters/media/worker/container.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace malin::adapters::media {

namespace {

using namespace std::string_view_literals;

constexpr std::int64_t kBoxesMax = 100'000;

class Reader {
 public:
  explicit Reader(const std::string& path) : file_(path, std::ios::binary | std::ios::ate) {
    if (file_) size_ = file_.tellg();
  }
  bool is_open() const { return file_.is_open() && size_ >= 0; }
  std::int64_t size() const { return size_; }
  // The bytes there are in [at, at + count).
  std::string read(std::int64_t at, std::int64_t count) {
    count = std::min(count, size_ - at);
    if (at < 0 || count <= 0) return {};
    std::string bytes(static_cast<std::size_t>(count), '\0');
    file_.clear();
    file_.seekg(at);
    file_.read(bytes.data(), count);
    bytes.resize(static_cast<std::size_t>(file_.gcount()));
    return bytes;
  }

 private:
  std::ifstream file_;
  std::int64_t size_ = -1;
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// PNG specification, 5.2 and 5.3: chunks up to IEND.
void walk_png(Reader& file, Layout& layout) {
  const std::string header = file.read(16, 8);
  if (header.size() == 8) {
    layout.width = static_cast<std::uint32_t>(big_endian(header.substr(0, 4)));
    layout.height = static_cast<std::uint32_t>(big_endian(header.substr(4)));
  }
  layout.complete = false;
  std::int64_t at = 8;
  for (std::int64_t count = 0; count < kBoxesMax; ++count) {
    const std::string head = file.read(at, 8);
    if (head.size() < 8) return;
    at += 12 + static_cast<std::int64_t>(big_endian(head.substr(0, 4)));
    if (at > file.size()) return;
    if (head.substr(4) == "IEND") {
      layout.complete = true;
      return;
    }
  }
}

// An end marker after the last scan: inside a scan 0xFF is always followed by 0x00 or a restart marker.
void walk_jpeg(Reader& file, Layout& layout) {
  const std::string bytes = file.read(0, file.size());
  const std::size_t scan = bytes.rfind("\xFF\xDA"sv);
  const std::size_t end = bytes.rfind("\xFF\xD9"sv);
  layout.complete = scan != std::string::npos && end != std::string::npos && end > scan;
}

void walk_riff(Reader& file, Layout& layout) {
  std::string length = file.read(4, 4);
  std::ranges::reverse(length);
  layout.complete = static_cast<std::int64_t>(big_endian(length)) + 8 <= file.size();
}

void walk_gif(Reader& file, Layout& layout) {
  const std::string end = file.read(std::max<std::int64_t>(0, file.size() - 64), 64);
  const std::size_t last = end.find_last_not_of('\0');
  layout.complete = last != std::string::npos && end[last] == ';';
}

// ISO/IEC 14496-12, 4.2: boxes with a size and a type fill the file.
void walk_mp4(Reader& file, Layout& layout) {
  layout.quicktime = file.read(8, 4) == "qt  ";
  bool has_index = false;
  bool has_media = false;
  std::int64_t at = 0;
  for (std::int64_t count = 0; at < file.size() && count < kBoxesMax; ++count) {
    const std::string head = file.read(at, 16);
    if (head.size() < 8) break;
    std::uint64_t length = big_endian(head.substr(0, 4));
    const std::string type = head.substr(4, 4);
    const bool is_long = length == 1;
    if (is_long) length = head.size() == 16 ? big_endian(head.substr(8)) : 0;
    if (length == 0 && !is_long) length = static_cast<std::uint64_t>(file.size() - at);
    if (length < 8 || length > static_cast<std::uint64_t>(file.size() - at)) break;
    if (type == "mdat" && !has_index) layout.index_first = false;
    has_index = has_index || type == "moov";
    has_media = has_media || type == "mdat";
    at += static_cast<std::int64_t>(length);
  }
  layout.complete = at == file.size() && has_index && has_media;
}

// The value of the variable-length size at `at` (RFC 8794, 4), and its own length; length 0: there is none.
struct EbmlSize {
  std::uint64_t value = 0;
  int length = 0;
  bool is_unknown = false;
};
EbmlSize ebml_size(Reader& file, std::int64_t at) {
  const std::string bytes = file.read(at, 8);
  if (bytes.empty()) return {};
  const int length = std::countl_zero(static_cast<std::uint8_t>(bytes[0])) + 1;
  if (static_cast<std::size_t>(length) > bytes.size()) return {};
  const std::uint64_t mask = (std::uint64_t{1} << (7 * length)) - 1;
  const std::uint64_t value = big_endian(std::string_view(bytes).substr(0, static_cast<std::size_t>(length))) & mask;
  return {.value = value, .length = length, .is_unknown = value == mask};
}

// RFC 9559, 4.5: the EBML header, then a segment that holds all the rest. Live recordings do not know its size.
void walk_matroska(Reader& file, Layout& layout) {
  layout.complete = false;
  const EbmlSize header = ebml_size(file, 4);
  const auto left = static_cast<std::uint64_t>(file.size());
  if (header.length == 0 || header.value > left) return;
  const std::int64_t segment = 4 + header.length + static_cast<std::int64_t>(header.value);
  if (file.read(segment, 4) != "\x18\x53\x80\x67"sv) return;
  const EbmlSize body = ebml_size(file, segment + 4);
  if (body.length == 0) return;
  const std::int64_t begin = segment + 4 + body.length;
  layout.complete = body.is_unknown || (begin <= file.size() && body.value <= left - static_cast<std::uint64_t>(begin));
}

}  // namespace

Result<Layout> read_layout(const std::string& path) {
  Reader file(path);
  if (!file.is_open()) return fail(Errc::not_found, "cannot open " + path + ": " + std::strerror(errno));
  if (file.size() == 0) return fail(Errc::bad_reply, "the file is empty");
  Layout layout;
  layout.size = file.size();
  const std::string head = file.read(0, 16);
  if (head.starts_with("\x89PNG\r\n\x1a\n"sv)) {
    layout.container = Container::png;
    walk_png(file, layout);
  } else if (head.starts_with("\xFF\xD8\xFF"sv)) {
    layout.container = Container::jpeg;
    walk_jpeg(file, layout);
  } else if (head.starts_with("RIFF") && head.substr(8, 4) == "WEBP") {
    layout.container = Container::webp;
    walk_riff(file, layout);
  } else if (head.starts_with("GIF8")) {
    layout.container = Container::gif;
    walk_gif(file, layout);
  } else if (head.size() >= 8 && head.substr(4, 4) == "ftyp") {
    layout.container = Container::mp4;
    walk_mp4(file, layout);
  } else if (head.starts_with("\x1A\x45\xDF\xA3"sv)) {
    layout.container = Container::matroska;
    walk_matroska(file, layout);
  } else {
    return fail(Errc::bad_reply, "the file is no picture and no video");
  }
  return layout;
}

const char* to_string(Container container) {
  switch (container) {
    case Container::png:
      return "PNG";
    case Container::jpeg:
      return "JPEG";
    case Container::webp:
      return "WebP";
    case Container::gif:
      return "GIF";
    case Container::mp4:
      return "MP4";
    case Container::matroska:
      return "Matroska";
  }
  return "?";
}

}  // namespace malin::adapters::media
