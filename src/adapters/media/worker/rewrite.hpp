// Writes what goes to the person beside the original: a thumbnail and a fast-start MP4. A file appears whole and
// durable under its name, or not at all.
#pragma once

#include <string>

#include "adapters/media/worker/ffmpeg.hpp"
#include "core/result.hpp"

namespace malin::adapters::media {

// A JPEG of at most 320 pixels a side and under 200 kB, as Telegram wants it.
// unreachable: it cannot be written now. bad_reply: it cannot be made of this frame.
Result<void> write_thumbnail(const AVFrame& frame, const std::string& target);

// The same streams in an MP4 whose index comes first; nothing is coded anew.
// unreachable: it cannot be written now. refused: these streams do not fit into an MP4.
Result<void> write_fast_start(const std::string& source, const std::string& target);

}  // namespace malin::adapters::media
