// What is wrong with a config file, told on stderr.
#pragma once

#include <filesystem>

#include "app/config.hpp"

namespace malin::app {

// Returns the exit code for it: 2.
int report_problems(const std::filesystem::path& path, const ConfigProblems& problems);

}  // namespace malin::app
