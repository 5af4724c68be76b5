// How everyone stands at a glance, as lines for a terminal: her eyes, the card, each sense, the queue. Nothing that is
// said in it steers the terminal, and no line is wider than the pen.
#pragma once

#include <string>
#include <vector>

#include "app/text_table.hpp"
#include "net/json.hpp"

namespace malin::app {

using Lines = std::vector<std::string>;

// "(o) (o) amber  rendering a selfie; vision is away, back in about 9 s". `status` as of GET /v1/status, here and
// below.
std::string paint_eyes(const net::json::value& status, Pen pen);
// While nobody knows how she is.
std::string paint_closed_eyes(const std::string& text, Pen pen);
// "[######==**::..]" for each card, and a legend below: each sense, the renderer, others, free.
Lines paint_cards(const net::json::value& status, Pen pen);
// A line each: state, memory, how long away now and, with `windows` as of GET /v1/windows, today, and why.
Lines paint_senses(const net::json::value& status, const net::json::value& windows, Pen pen);
// A line each: progress, or why it waits, with an estimate. What is too much is counted.
Lines paint_queue(const net::json::value& status, Pen pen);

// A guess, which is not said to the second: "about 9 s", "about 45 s", "about 3 min".
std::string format_guess(double seconds);

}  // namespace malin::app
