#include "rig/media_maker.hpp"

#include <algorithm>

#include "rig/media_maker_encode.hpp"
#include "rig/media_maker_paint.hpp"

namespace malin::rig {

namespace {

constexpr int side_max = 4096;  // Pixels.

cairo_status_t append(void* bytes, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

int even(int pixels) { return std::clamp(pixels, 16, side_max) / 2 * 2; }

}  // namespace

std::string make_png(const world::ComfyPicture& picture) {
  const int width = std::clamp(picture.width, 1, side_max);
  const int height = std::clamp(picture.height, 1, side_max);
  const Surface surface = paint(picture, width, height, 0.2, 1);
  std::string bytes;
  cairo_surface_write_to_png_stream(surface.get(), append, &bytes);
  return bytes;
}

std::string make_preview_jpeg(const world::ComfyPicture& picture, double share) {
  const double scale = 256.0 / std::max({picture.width, picture.height, 1});
  const int width = even(static_cast<int>(picture.width * scale));
  const int height = even(static_cast<int>(picture.height * scale));
  const Surface surface = paint(picture, width, height, 0.2, 0.25 + 0.75 * share);
  Result<std::string> bytes = encode_jpeg(surface.get());
  return bytes ? *bytes : std::string();
}

Result<std::string> make_mp4(const world::ComfyPicture& picture) {
  const int width = even(picture.width);
  const int height = even(picture.height);
  const int frames = std::clamp(picture.frames, 1, 600);
  Mp4Encoder encoder;
  Result<void> done = encoder.open(width, height, picture.frames_per_second);
  for (int i = 0; done && i < frames; ++i) {
    const Surface surface = paint(picture, width, height, static_cast<double>(i) / frames, 1);
    done = encoder.add(surface.get());
  }
  if (!done) return std::unexpected(done.error());
  return encoder.finish();
}

Result<std::string> make_media(const world::ComfyPicture& picture) {
  Result<std::string> bytes = picture.video ? make_mp4(picture) : Result<std::string>(make_png(picture));
  if (bytes && picture.truncated) bytes->resize(bytes->size() / 2);
  return bytes;
}

}  // namespace malin::rig
