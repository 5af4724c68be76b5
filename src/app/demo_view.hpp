// How the demo looks: the card as a bar, each sense, the queue, and what was last told, as lines of text.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "net/json.hpp"

namespace malin::app {

struct DemoScene {
  net::json::value status;       // As GET /v1/status.
  std::deque<std::string> told;  // The newest lines of the timeline, oldest first.
  Duration since_start{};
  double speed = 1;
  std::string talk;  // What the chat is doing.
  bool has_colour = true;
};

// At most `width` columns a line.
std::vector<std::string> paint_scene(const DemoScene& scene, std::size_t width);

// "[######==**::..]" and a legend below: each sense, the renderer, others, free.
std::vector<std::string> paint_card(const net::json::value& status, std::size_t width);

// "02:17"
std::string format_clock(Duration length);

}  // namespace malin::app
