// Names of processes, as /proc shows them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace malin::adapters {

// Empty: no such process here, or another user's on a machine that hides them.
std::string process_name(const std::filesystem::path& proc, int pid);

// The first line of a small file without its line end; empty when it cannot be read.
std::string read_line(const std::filesystem::path& file);

// What a folder holds; what vanishes or is hidden meanwhile is left out, as processes do.
std::vector<std::filesystem::path> entries(const std::filesystem::path& folder);

}  // namespace malin::adapters
