// How much sooner a model's file is read when it was brought into memory before: `warm_bench FILE [MIB] [ROUNDS]` makes
// FILE, reads it as an engine does that maps it, and prints JSON. Cold and warm rounds take turns.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <unistd.h>

#include "adapters/system/page_cache.hpp"
#include "adapters/system/system_clock.hpp"

using namespace malin;

namespace {

using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point began) {
  return std::chrono::duration<double>(steady_clock::now() - began).count();
}

void make_file(const std::string& path, std::int64_t mebibytes) {
  std::ofstream file(path, std::ios::binary);
  std::vector<char> piece(1 << 20);
  for (std::int64_t i = 0; i < mebibytes; ++i) {
    for (std::size_t at = 0; at < piece.size(); at += 64) piece[at] = static_cast<char>(i * 31 + static_cast<int>(at));
    file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

void drop_from_memory(int file) {
  if (::fsync(file) != 0 || ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0)
    throw std::runtime_error("the file cannot be dropped from memory");
}

// Touches every page of it in order.
double read_mapped(int file, std::int64_t size) {
  const auto began = steady_clock::now();
  auto* map = static_cast<const volatile char*>(
      ::mmap(nullptr, static_cast<std::size_t>(size), PROT_READ, MAP_SHARED, file, 0));
  if (map == MAP_FAILED) throw std::runtime_error("the file cannot be mapped");
  for (std::int64_t at = 0; at < size; at += 4096) static_cast<void>(map[at]);
  const double took = seconds_since(began);
  ::munmap(const_cast<char*>(map), static_cast<std::size_t>(size));
  return took;
}

double warm(const std::string& path) {
  boost::asio::io_context io;
  adapters::SystemClock clock;
  adapters::PageCache cache(clock);
  const auto began = steady_clock::now();
  boost::asio::co_spawn(io, cache.warm(path, {}, [] { return true; }),
                        [](std::exception_ptr thrown, Result<Bytes> read) {
                          if (thrown) std::rethrow_exception(thrown);
                          if (!read) throw std::runtime_error(read.error().message);
                        });
  io.run();
  return seconds_since(began);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: warm_bench FILE [MIB] [ROUNDS]\n");
    return 2;
  }
  const std::string path = argv[1];
  const std::int64_t mebibytes = argc > 2 ? std::atoll(argv[2]) : 1024;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  make_file(path, mebibytes);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::vector<double> cold;
  std::vector<double> warming;
  std::vector<double> warmed;
  for (int round = 0; round < rounds; ++round) {
    drop_from_memory(file);
    cold.push_back(read_mapped(file, mebibytes << 20));
    drop_from_memory(file);
    warming.push_back(warm(path));
    warmed.push_back(read_mapped(file, mebibytes << 20));
  }
  ::close(file);
  ::unlink(path.c_str());
  fmt::print(
      "{{\"file_mib\": {}, \"rounds\": {}, \"cold_seconds\": {:.4f}, \"warming_seconds\": {:.4f}, "
      "\"warm_seconds\": {:.4f}, \"cold_over_warm\": {:.1f}}}\n",
      mebibytes, rounds, median(cold), median(warming), median(warmed), median(cold) / median(warmed));
}
