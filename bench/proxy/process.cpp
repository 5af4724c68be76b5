#include "proxy/process.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>

namespace malin::bench {

Nanoseconds cpu_time(int process) {
  std::int64_t total = 0;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process))) {
    std::ifstream file(task.path() / "schedstat");
    std::int64_t spent = 0;
    if (!(file >> spent)) give_up("schedstat of " + task.path().string());
    total += spent;
  }
  return Nanoseconds(total);
}

std::size_t resident_bytes(int process) {
  std::ifstream file(fmt::format("/proc/{}/status", process));
  for (std::string word; file >> word;) {
    std::size_t kibibytes = 0;
    if (word == "VmRSS:" && file >> kibibytes) return kibibytes << 10;
  }
  give_up(fmt::format("VmRSS of {}", process));
}

}  // namespace malin::bench
