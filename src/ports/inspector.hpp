// Judges a file that came from outside: is it really a picture or a video, and is there anything to see?
#pragma once

#include <string>

#include "core/reading.hpp"
#include "ports/task.hpp"

namespace malin {

class Inspector {
 public:
  virtual ~Inspector() = default;

  // Decodes `path` and writes what will be delivered next to it: a fast-start MP4 for a video, and a thumbnail.
  // The returned Media names the file to deliver. bad_reply: truncated, empty, uniformly black, or no media at all.
  virtual Task<Result<Media>> inspect(std::string path) = 0;
};

}  // namespace malin
