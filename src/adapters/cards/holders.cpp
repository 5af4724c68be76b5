#include "adapters/cards/holders.hpp"

#include <fstream>

namespace malin::adapters {

std::string read_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string process_name(const std::filesystem::path& proc, int pid) {
  return read_line(proc / std::to_string(pid) / "comm");
}

std::vector<std::filesystem::path> entries(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code trouble;
  for (std::filesystem::directory_iterator entry(folder, trouble), end; !trouble && entry != end;
       entry.increment(trouble)) {
    found.push_back(entry->path());
  }
  return found;
}

}  // namespace malin::adapters
