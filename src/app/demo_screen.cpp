#include "app/demo_screen.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/text_table.hpp"

namespace malin::app {

namespace {

constexpr std::size_t width_usual = 80;
constexpr std::size_t width_max = 110;

std::size_t width_of(std::FILE* out) {
  winsize size{};
  if (::ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return width_usual;
  return std::clamp<std::size_t>(size.ws_col - 1u, 40, width_max);
}

}  // namespace

DemoScreen::DemoScreen(std::FILE* out)
    : out_(out), is_terminal_(::isatty(fileno(out)) == 1), has_colour_(wants_colour(out)) {
  if (is_terminal_) fmt::print(out_, "\x1b[?25l");  // No cursor that jumps about.
}

DemoScreen::~DemoScreen() {
  if (is_terminal_) fmt::print(out_, "\x1b[?25h");
  std::fflush(out_);
}

void DemoScreen::show(const DemoScene& scene) {
  if (!is_terminal_) return;
  std::string text;
  if (painted_ > 0) text += fmt::format("\x1b[{}A", painted_);
  const std::vector<std::string> lines = paint_scene(scene, width_of(out_));
  for (const std::string& line : lines) text += line + "\x1b[K\n";
  text += "\x1b[J";
  painted_ = lines.size();
  fmt::print(out_, "{}", text);
  std::fflush(out_);
}

void DemoScreen::tell(const std::string& line) {
  if (is_terminal_) return;
  fmt::print(out_, "{}\n", line);
  std::fflush(out_);
}

}  // namespace malin::app
