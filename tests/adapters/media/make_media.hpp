// Makes real media files for tests with FFmpeg's own encoders.
#pragma once

#include <string>

namespace malin::testing {

enum class Paint { scene, black, red };  // A moving gradient with shapes, or one colour.

struct Recipe {
  std::string format = "image2pipe";  // FFmpeg's name of a container.
  std::string encoder = "png";
  int width = 320;
  int height = 240;
  int frames = 1;  // 25 a second.
  Paint paint = Paint::scene;
  std::string flags;  // movflags.
};

// false: this FFmpeg lacks the encoder. Throws on anything else.
bool make_media(const std::string& path, const Recipe& recipe);

std::string read_all(const std::string& path);
void write_all(const std::string& path, const std::string& bytes);

}  // namespace malin::testing
