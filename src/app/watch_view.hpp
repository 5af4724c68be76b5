// How `malin watch` looks: everything at a glance in a terminal, or one line for each change elsewhere.
#pragma once

#include <deque>
#include <string>

#include "app/glance.hpp"
#include "net/json.hpp"

namespace malin::app {

struct WatchScene {
  net::json::value status;              // As GET /v1/status; null until the first answer.
  net::json::value windows;             // As GET /v1/windows.
  std::deque<net::json::value> events;  // The newest of the timeline, oldest first.
  std::string lost;                     // Why the daemon is not heard; empty: it is.
};

// At most `height` lines; the events get what is left of them.
Lines paint_watch(const WatchScene& scene, Pen pen, std::size_t height);

// "Nov 24 03:25:17  glow     amber: rendering a selfie; vision is away", in one line.
std::string tell_standing(const net::json::value& status, bool is_coloured);
// "Nov 24 03:25:17  sense    vision: away to make room", in one line.
std::string tell_event(const net::json::value& event, bool is_coloured);

}  // namespace malin::app
