// Paints one frame with cairo.
#pragma once

#include <cstdint>
#include <memory>

#include <cairo.h>

#include "world/comfyui.hpp"

namespace malin::rig {

struct SurfaceDeleter {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceDeleter>;

// RGB24 (four bytes a pixel, blue first) of width x height. `phase` 0..1 is the place in a moving picture; `clarity`
// 0..1 how finished it looks.
Surface paint(const world::ComfyPicture& picture, int width, int height, double phase, double clarity);

}  // namespace malin::rig
