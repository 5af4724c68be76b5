#include "app/screen.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>

namespace malin::app {

namespace {

constexpr std::size_t width_usual = 80;
constexpr std::size_t width_min = 40;
constexpr std::size_t width_max = 110;
constexpr std::size_t height_usual = 24;

// No cursor that jumps about, and no line that is broken: some characters are wider than they are counted.
constexpr std::string_view calm = "\x1b[?25l\x1b[?7l";
constexpr std::string_view as_before = "\x1b[?7h\x1b[?25h";
constexpr std::string_view other_page = "\x1b[?1049h";
constexpr std::string_view first_page = "\x1b[?1049l";

winsize size_of(std::FILE* out) {
  winsize size{};
  if (::ioctl(fileno(out), TIOCGWINSZ, &size) != 0) return {};
  return size;
}

}  // namespace

Screen::Screen(std::FILE* out, Place place) : out_(out), place_(place), is_terminal_(can_repaint(out)) { enter(); }

Screen::~Screen() { leave(); }

Pen Screen::pen() const {
  const std::size_t columns = size_of(out_).ws_col;
  const std::size_t width = columns == 0 ? width_usual : std::clamp(columns - 1, width_min, width_max);
  return {width, wants_colour(out_)};
}

std::size_t Screen::height() const {
  const std::size_t rows = size_of(out_).ws_row;
  return rows == 0 ? height_usual : rows;
}

void Screen::enter() {
  if (!is_terminal_ || is_entered_) return;
  is_entered_ = true;
  write(std::string(place_ == Place::whole ? other_page : "") + std::string(calm));
}

void Screen::leave() {
  if (!is_entered_) return;
  is_entered_ = false;
  write(std::string(as_before) + std::string(place_ == Place::whole ? first_page : ""));
}

void Screen::show(const std::vector<std::string>& lines) {
  if (!is_entered_) return;
  const bool is_whole = place_ == Place::whole;
  const std::size_t count = is_whole ? std::min(lines.size(), height()) : lines.size();
  std::string text = is_whole ? "\x1b[H" : painted_ > 0 ? fmt::format("\x1b[{}A", painted_) : "";
  for (std::size_t i = 0; i < count; ++i) {
    text += lines[i] + "\x1b[K";
    if (!is_whole || i + 1 < count) text += "\n";  // A line break on the last row would scroll.
  }
  write(text + "\x1b[J");
  painted_ = count;
}

void Screen::write(const std::string& text) {
  fmt::print(out_, "{}", text);
  std::fflush(out_);
}

}  // namespace malin::app
