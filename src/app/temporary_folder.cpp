#include "app/temporary_folder.hpp"

#include <cstdlib>
#include <system_error>
#include <utility>

namespace malin::app {

Result<TemporaryFolder> TemporaryFolder::make(const std::string& name) {
  std::error_code error;
  std::string path = (std::filesystem::temp_directory_path(error) / (name + "-XXXXXX")).string();
  if (error || ::mkdtemp(path.data()) == nullptr) return fail(Errc::refused, "cannot make a folder like " + path);
  return TemporaryFolder(path);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // What stays lies among temporary files.
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace malin::app
