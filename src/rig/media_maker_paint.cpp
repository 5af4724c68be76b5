#include "rig/media_maker_paint.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// Fontconfig keeps what it has read for the life of the process, and loses some of it.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(*-reserved-identifier,*-identifier-naming): ASan's.
  return "leak:libfontconfig";
}
#endif
#endif

namespace malin::rig {

namespace {

struct CairoDeleter {
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Cairo = std::unique_ptr<cairo_t, CairoDeleter>;

struct PatternDeleter {
  void operator()(cairo_pattern_t* pattern) const { cairo_pattern_destroy(pattern); }
};
using Pattern = std::unique_ptr<cairo_pattern_t, PatternDeleter>;

struct Colour {
  double red, green, blue;
};

// Hue in turns; soft saturation.
Colour soft(double hue, double saturation, double value) {
  const auto channel = [&](double offset) {
    const double k = std::fmod(offset + hue * 6, 6);
    return value - value * saturation * std::clamp(std::min(k, 4 - k), 0.0, 1.0);
  };
  return {channel(5), channel(3), channel(1)};
}

void disc(cairo_t* cairo, double x, double y, double radius_x, double radius_y, Colour colour, double alpha) {
  cairo_save(cairo);
  cairo_translate(cairo, x, y);
  cairo_scale(cairo, radius_x, radius_y);
  const Pattern glow(cairo_pattern_create_radial(-0.2, -0.3, 0.1, 0, 0, 1));
  const double rim = 0.75;
  cairo_pattern_add_color_stop_rgba(glow.get(), 0, colour.red, colour.green, colour.blue, alpha);
  cairo_pattern_add_color_stop_rgba(glow.get(), 0.9, colour.red * rim, colour.green * rim, colour.blue * rim, alpha);
  cairo_pattern_add_color_stop_rgba(glow.get(), 1, colour.red * rim, colour.green * rim, colour.blue * rim, 0);
  cairo_set_source(cairo, glow.get());
  cairo_arc(cairo, 0, 0, 1, 0, 2 * std::numbers::pi);
  cairo_fill(cairo);
  cairo_restore(cairo);
}

void backdrop(cairo_t* cairo, double width, double height, double hue, double phase) {
  const double tilt = 0.2 * std::sin(2 * std::numbers::pi * phase);
  const Pattern sky(cairo_pattern_create_linear(width * tilt, 0, width * (0.4 - tilt), height));
  const Colour high = soft(hue, 0.35, 0.95);
  const Colour low = soft(hue + 0.12, 0.55, 0.45);
  cairo_pattern_add_color_stop_rgb(sky.get(), 0, high.red, high.green, high.blue);
  cairo_pattern_add_color_stop_rgb(sky.get(), 1, low.red, low.green, low.blue);
  cairo_set_source(cairo, sky.get());
  cairo_paint(cairo);
}

void portrait(cairo_t* cairo, double width, double height, std::uint64_t seed, double phase) {
  std::mt19937_64 random(seed);
  const auto draw = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random() % 10000) / 10000;
  };
  const double hue = draw(0, 1);
  backdrop(cairo, width, height, hue, phase);
  const double turn = 2 * std::numbers::pi * phase;
  for (int i = 0; i < 7; ++i) {
    const double size = draw(0.04, 0.16) * width;
    const double x = draw(0, 1) * width + std::sin(turn + i) * size * 0.6;
    const double y = draw(0, 0.7) * height + std::cos(turn + i) * size * 0.4;
    disc(cairo, x, y, size, size, soft(hue + 0.08 * i, 0.3, 1), 0.35);
  }
  const double sway = std::sin(turn) * width * 0.03;
  const double head = std::min(width, height) * 0.19;
  const double x = width * 0.5 + sway;
  const double y = height * 0.38;
  const Colour hair = soft(draw(0.02, 0.12), 0.6, draw(0.2, 0.5));
  const Colour skin = soft(0.07, 0.35, 0.92);
  disc(cairo, x, y - head * 0.1, head * 1.25, head * 1.5, hair, 1);
  disc(cairo, width * 0.5 + sway * 0.8, y + head * 1.35, head * 0.42, head * 0.8, skin, 1);
  disc(cairo, width * 0.5 + sway * 0.5, height * 0.86, head * 2.1, head * 1.9, soft(hue + 0.5, 0.5, 0.6), 1);
  disc(cairo, x, y + head * 0.2, head * 0.86, head * 1.12, skin, 1);
  const bool blink = phase > 0.45 && phase < 0.5;
  for (const double side : {-1.0, 1.0}) {
    const double eye_x = x + side * head * 0.34;
    disc(cairo, eye_x, y + head * 0.08, head * 0.1, head * (blink ? 0.02 : 0.1), {0.15, 0.1, 0.1}, 1);
  }
  cairo_set_source_rgb(cairo, 0.6, 0.25, 0.28);
  cairo_set_line_width(cairo, head * 0.07);
  cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
  cairo_arc(cairo, x, y + head * 0.45, head * 0.3, 0.25 * std::numbers::pi, 0.75 * std::numbers::pi);
  cairo_stroke(cairo);
}

std::vector<std::string> wrap(cairo_t* cairo, const std::string& text, double width, std::size_t lines_max) {
  std::vector<std::string> lines(1);
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t space = std::min(text.find_first_of(" \n", from), text.size());
    const std::string word = text.substr(from, space - from);
    from = space + 1;
    const std::string longer = lines.back().empty() ? word : lines.back() + " " + word;
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, longer.c_str(), &extents);
    if (extents.x_advance <= width || lines.back().empty()) {
      lines.back() = longer;
    } else if (lines.size() == lines_max) {
      lines.back() += " ...";
      break;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

void write(cairo_t* cairo, const world::ComfyPicture& picture, double width, double height) {
  const double size = std::max(9.0, std::min(width, height) * 0.036);
  cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, size);
  std::vector<std::string> lines = wrap(cairo, picture.text, width - 4 * size, 4);
  lines.push_back(fmt::format("{} {}x{}, seed {}", picture.video ? "video" : "picture", picture.width, picture.height,
                              picture.seed));
  const double top = height - (static_cast<double>(lines.size()) + 1.2) * size * 1.35;
  const Pattern shade(cairo_pattern_create_linear(0, top - 2 * size, 0, top + size));
  cairo_pattern_add_color_stop_rgba(shade.get(), 0, 0.05, 0.05, 0.1, 0);
  cairo_pattern_add_color_stop_rgba(shade.get(), 1, 0.05, 0.05, 0.1, 0.62);
  cairo_set_source(cairo, shade.get());
  cairo_rectangle(cairo, 0, top - 2 * size, width, height);
  cairo_fill(cairo);
  double y = top + size * 1.35;
  for (const std::string& line : lines) {
    const bool last = &line == &lines.back();
    cairo_set_source_rgba(cairo, 1, 1, 1, last ? 0.7 : 1);
    cairo_move_to(cairo, 2 * size, y);
    cairo_show_text(cairo, line.c_str());
    y += size * 1.35;
  }
}

// What sampling looks like before it is done.
void veil(cairo_t* cairo, double width, double height, std::uint64_t seed, double clarity) {
  std::mt19937_64 random(seed + 1);
  const double cell = std::max(2.0, width / 48);
  for (double y = 0; y < height; y += cell) {
    for (double x = 0; x < width; x += cell) {
      const double grey = static_cast<double>(random() % 256) / 255;
      cairo_set_source_rgba(cairo, grey, grey * 0.9, grey * 0.95, 1 - clarity);
      cairo_rectangle(cairo, x, y, cell, cell);
      cairo_fill(cairo);
    }
  }
}

}  // namespace

Surface paint(const world::ComfyPicture& picture, int width, int height, double phase, double clarity) {
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  const Cairo cairo(cairo_create(surface.get()));
  if (picture.black) {
    cairo_set_source_rgb(cairo.get(), 0, 0, 0);
    cairo_paint(cairo.get());
  } else {
    portrait(cairo.get(), width, height, picture.seed, phase);
    write(cairo.get(), picture, width, height);
    if (clarity < 1) veil(cairo.get(), width, height, picture.seed, clarity);
  }
  cairo_surface_flush(surface.get());
  return surface;
}

}  // namespace malin::rig
