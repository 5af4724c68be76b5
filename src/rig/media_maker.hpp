// Makes real pictures and videos for the simulated renderer: a soft painted portrait with the prompt, kind and seed
// written on it, as PNG or JPEG, and the same moving as MP4. The same order gives the same picture.
#pragma once

#include <string>

#include "core/result.hpp"
#include "world/comfyui.hpp"

namespace malin::rig {

// PNG bytes.
std::string make_png(const world::ComfyPicture& picture);
// A small JPEG of the picture as it is after `share` (0..1) of the sampling: what ComfyUI sends as a preview.
std::string make_preview_jpeg(const world::ComfyPicture& picture, double share);
// MP4 bytes, moov first: H.264 where libx264 is there, else MPEG-4 part 2; yuv420p. Width and height are rounded down
// to even. refused: the encoder declines.
Result<std::string> make_mp4(const world::ComfyPicture& picture);

// The file that an output node writes for it, faults included.
Result<std::string> make_media(const world::ComfyPicture& picture);

}  // namespace malin::rig
