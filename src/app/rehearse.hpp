// `malin rehearse`: the person's config, tried out on the simulated world (app/rehearsal/). Nothing is visited but the
// cards whose size the config does not say, and nothing is changed.
#pragma once

#include <filesystem>
#include <string>

#include "app/rehearsal/rehearsal.hpp"

namespace malin::app {

struct RehearseOptions {
  std::filesystem::path config;
  std::filesystem::path trace;  // Empty: none.
  bool day = false;             // The built-in day.
  bool json = false;
  std::filesystem::path plot;  // Empty: none.
};

// Returns the exit code: 0 done, 1 it cannot be rehearsed or written, 2 the config, the trace or the line is wrong.
int run_rehearse(const RehearseOptions& options);

// For a terminal, for programs, and as a picture (an SVG that follows the viewer's light or dark theme). The last
// REQUIRES a day.
std::string format_rehearsal(const rehearsal::Rehearsal& rehearsal, bool is_coloured);
std::string format_rehearsal_json(const rehearsal::Rehearsal& rehearsal);
std::string format_rehearsal_plot(const rehearsal::Rehearsal& rehearsal);

}  // namespace malin::app
