// Encodes painted frames with libavcodec: one JPEG, or an MP4 in memory.
#pragma once

#include <memory>
#include <string>

#include <cairo.h>

#include "core/result.hpp"

namespace malin::rig {

// The libraries tell of each frame; from now on of errors only.
void quiet_encoders();

// refused: no JPEG encoder.
Result<std::string> encode_jpeg(cairo_surface_t* frame);

class Mp4Encoder {
 public:
  Mp4Encoder();
  ~Mp4Encoder();
  // Width and height are even. refused: no encoder takes it.
  Result<void> open(int width, int height, double frames_per_second);
  Result<void> add(cairo_surface_t* frame);
  // The whole file.
  Result<std::string> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace malin::rig
