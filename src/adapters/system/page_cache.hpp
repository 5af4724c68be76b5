// Brings a file into the kernel's page cache, so that whoever reads it next reads memory.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "ports/clock.hpp"

namespace malin::adapters {

struct PageCacheOptions {
  // A disk has others to serve, for a renderer reads its own models meanwhile: it rests at least as long as it reads.
  Bytes per_second = gibibytes(2);
  Bytes kept_free = gibibytes(2);  // Of what could be had without swapping; what would take it is not read.
  std::filesystem::path memory = "/proc/meminfo";
};

class PageCache {
 public:
  // The context that `warm` is awaited in outlives it.
  explicit PageCache(Clock& clock, PageCacheOptions options = {}) : clock_(clock), options_(std::move(options)) {}

  // Reads the file from its beginning and skips what is there already, until its end, until `may_go_on` says no (it is
  // asked about every 10 ms), or until memory gets short. `beside`: how much of other files is not to be pushed out by
  // it. How much of the file was brought in or found. not_found: no such file; refused: it cannot be read, or it is not
  // a file.
  Task<Result<Bytes>> warm(std::string path, Bytes beside, std::function<bool()> may_go_on);

 private:
  Clock& clock_;
  PageCacheOptions options_;
  boost::asio::thread_pool reader_{1};
};

// How much memory could be had without swapping (MemAvailable, proc(5)); zero when the kernel does not tell.
Bytes available_memory(const std::filesystem::path& memory);

}  // namespace malin::adapters
