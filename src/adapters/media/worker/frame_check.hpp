// Whether there is anything to see in a picture: numbers over its pixels.
#pragma once

#include <cstdint>
#include <span>

namespace malin::adapters::media {

struct FrameLook {
  bool black = false;       // Mean luma under 2 % and hardly any difference between pixels.
  bool one_colour = false;  // No pixel differs from another by more than coding noise.
};

// `rgb` is packed RGB, three bytes a pixel, full range. An empty picture is black.
FrameLook look_at(std::span<const std::uint8_t> rgb);

}  // namespace malin::adapters::media
