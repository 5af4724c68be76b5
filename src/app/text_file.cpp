#include "app/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace malin::app {

Result<std::string> read_text(const std::filesystem::path& path, Bytes size_max) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return fail(Errc::refused, path.string() + " cannot be read: it is a folder");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return fail(Errc::refused, path.string() + " cannot be read: " + std::strerror(errno));
  std::string text(static_cast<std::size_t>(size_max.count) + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return fail(Errc::refused, path.string() + " cannot be read to its end");
  if (text.size() > static_cast<std::size_t>(size_max.count)) {
    return fail(Errc::refused, path.string() + " is larger than " + format_bytes(size_max) + "; is it the right file?");
  }
  return text;
}

}  // namespace malin::app
