// Where the demo shows itself: a scene that is painted over and over in a terminal, else lines as they are told.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "app/demo_view.hpp"

namespace malin::app {

class DemoScreen {
 public:
  explicit DemoScreen(std::FILE* out);
  ~DemoScreen();
  DemoScreen(const DemoScreen&) = delete;
  DemoScreen& operator=(const DemoScreen&) = delete;

  bool is_terminal() const { return is_terminal_; }
  bool has_colour() const { return has_colour_; }

  void show(const DemoScene& scene);   // In a terminal only.
  void tell(const std::string& line);  // Elsewhere only.

 private:
  std::FILE* out_;
  bool is_terminal_;
  bool has_colour_;
  std::size_t painted_ = 0;  // Lines of the last scene.
};

}  // namespace malin::app
