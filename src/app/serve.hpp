// `malin serve`: the daemon, until it is told to end.
#pragma once

#include <filesystem>

namespace malin::app {

struct ServeOptions {
  std::filesystem::path config;
};

// Returns the exit code: 0 ended on request, 1 could not start or broke, 2 the config is wrong.
int run_serve(const ServeOptions& options);

}  // namespace malin::app
