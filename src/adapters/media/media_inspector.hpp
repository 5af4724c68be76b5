// Judges media in a short-lived child process with limits on memory, time, files and descriptors, so that a file from
// outside can at worst end that process.
#pragma once

#include <string>
#include <vector>

#include "ports/inspector.hpp"

namespace malin::adapters {

// What a worker may take of memory; 0, for no limit, in a build with AddressSanitizer or ThreadSanitizer, whose shadows
// are larger.
Bytes default_worker_memory();

struct MediaInspectorOptions {
  std::vector<std::string> worker_command;  // Starts run_media_worker: the program and its leading arguments.
  Bytes memory = default_worker_memory();
  Duration limit = std::chrono::seconds(90);  // From start to report.
};

class MediaInspector final : public Inspector {
 public:
  explicit MediaInspector(MediaInspectorOptions options);
  // Besides the port's errors: not_found: no such file. unreachable: the worker cannot be started, or
  // there is no room to write; try later.
  Task<Result<Media>> inspect(std::string path) override;

 private:
  MediaInspectorOptions options_;
};

}  // namespace malin::adapters
