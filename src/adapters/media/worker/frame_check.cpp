#include "adapters/media/worker/frame_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace malin::adapters::media {

namespace {

constexpr double kBlackMean = 0.02 * 255;
constexpr double kBlackDeviation = 0.02 * 255;
constexpr int kColourNoise = 6;  // Of 255, between the lowest and the highest value of a channel.

}  // namespace

FrameLook look_at(std::span<const std::uint8_t> rgb) {
  const std::size_t pixels = rgb.size() / 3;
  if (pixels == 0) return {.black = true, .one_colour = true};
  std::array<int, 3> low{255, 255, 255};
  std::array<int, 3> high{0, 0, 0};
  double sum = 0;
  double squares = 0;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const auto channels = rgb.subspan(pixel * 3, 3);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      low[channel] = std::min<int>(low[channel], channels[channel]);
      high[channel] = std::max<int>(high[channel], channels[channel]);
    }
    const double luma = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];  // BT.709.
    sum += luma;
    squares += luma * luma;
  }
  const double mean = sum / static_cast<double>(pixels);
  const double deviation = std::sqrt(std::max(0.0, squares / static_cast<double>(pixels) - mean * mean));
  FrameLook look;
  look.black = mean < kBlackMean && deviation < kBlackDeviation;
  look.one_colour = true;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    look.one_colour = look.one_colour && high[channel] - low[channel] <= kColourNoise;
  }
  return look;
}

}  // namespace malin::adapters::media
