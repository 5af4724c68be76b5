// A folder of our own below the system's temporary one, gone with everything in it when this object ends.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.hpp"

namespace malin::app {

class TemporaryFolder {
 public:
  // "/tmp/NAME-x1Y2z3", mode 0700. refused: it cannot be made.
  static Result<TemporaryFolder> make(const std::string& name);
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;  // Empty: moved away.
};

}  // namespace malin::app
