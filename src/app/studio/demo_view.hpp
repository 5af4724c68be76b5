// How the demo looks: how everyone stands, what the chat does, and what was last told, as lines of text.
#pragma once

#include <deque>
#include <string>

#include "app/glance.hpp"
#include "core/time.hpp"
#include "net/json.hpp"

namespace malin::app {

struct DemoScene {
  net::json::value status;       // As GET /v1/status.
  std::deque<std::string> told;  // The newest lines of the timeline, oldest first.
  Duration since_start{};
  double speed = 1;
  std::string talk;  // What the chat is doing.
};

Lines paint_scene(const DemoScene& scene, Pen pen);

// "02:17"
std::string format_clock(Duration length);

}  // namespace malin::app
