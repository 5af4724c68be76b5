// Copies finished files from ComfyUI to the spool. Bytes go to disk as they come, on a thread of their own, so that
// neither a large video nor a slow disk holds up the loop.
#pragma once

#include <memory>
#include <string>

#include "core/reading.hpp"
#include "net/http_client.hpp"
#include "ports/clock.hpp"
#include "ports/task.hpp"

namespace malin::adapters {

class Downloads {
 public:
  struct Limits {
    Duration silence;  // Between two pieces, and before the first.
    Duration whole;
    Bytes size;
  };

  // Both outlive it.
  Downloads(net::HttpClient& http, Clock& clock);
  ~Downloads();

  // As Renderer::fetch. Names from ComfyUI go into the request only; `path` is the caller's. A failed download leaves
  // no file behind.
  Task<Result<void>> fetch(OutputFile file, std::string path, Limits limits);

 private:
  struct Disk;
  Task<Result<void>> copy(std::unique_ptr<net::HttpStream> stream, std::string path, Limits limits);

  net::HttpClient& http_;
  Clock& clock_;
  std::unique_ptr<Disk> disk_;
};

}  // namespace malin::adapters
