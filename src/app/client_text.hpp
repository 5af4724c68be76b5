// What the daemon says, as lines for a person. What it leaves out is left out here too.
#pragma once

#include <string>

#include "app/text_table.hpp"
#include "net/json.hpp"

namespace malin::app {

namespace json = boost::json;

// Everything: glow, senses, windows, queue, cards, and servers that are in trouble.
std::string format_status(const json::value& status, bool is_coloured);
// The senses of a status, each with its model and memory.
std::string format_senses(const json::value& status, bool is_coloured);
// {"jobs": [...]}, newest first.
std::string format_jobs(const json::value& listed, bool is_coloured);
std::string format_job(const json::value& job, bool is_coloured);
// {"windows": [...]}, newest first.
std::string format_windows(const json::value& listed, bool is_coloured);
// {"footprints": [...]}, and one of them after it was pinned or forgotten.
std::string format_footprints(const json::value& listed, bool is_coloured);
std::string format_footprint(const json::value& footprint, bool is_coloured);
std::string format_plan(const json::value& plan, bool is_coloured);
std::string format_swap(const json::value& swap);
// One line of the timeline, with its line break.
std::string format_timeline(const json::value& event, bool is_coloured);
// Of a glow, a sense or a job.
Colour colour_of_state(std::string_view state);
// How a job stands, in a few words: "rendering, 45 %", "queued: a reply is open", "failed: out of memory".
std::string describe_job(const json::value& job);

}  // namespace malin::app
