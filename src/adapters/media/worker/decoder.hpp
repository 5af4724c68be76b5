// Decodes a whole media file and tells what was in it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "adapters/media/worker/container.hpp"
#include "adapters/media/worker/ffmpeg.hpp"
#include "core/result.hpp"

namespace malin::adapters::media {

struct Decoded {
  int width = 0;  // Pixels.
  int height = 0;
  std::int64_t frames = 0;
  std::chrono::milliseconds duration{};
  AVCodecID codec = AV_CODEC_ID_NONE;
  Frame best;  // The first frame with something to see.
};

// bad_reply: nothing decodes, it is truncated or damaged, or all of it is black or of a single colour.
Result<Decoded> decode(const std::string& path, const Layout& layout);

}  // namespace malin::adapters::media
