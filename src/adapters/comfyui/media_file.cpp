#include "adapters/comfyui/media_file.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace malin::adapters {

namespace {

std::string reason(int number) { return std::generic_category().message(number); }

bool sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool is_synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return is_synced;
}

}  // namespace

Result<std::shared_ptr<MediaFile>> MediaFile::create(std::string path) {
  std::string part = path + ".part";
  ::unlink(part.c_str());
  const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    const bool is_full = error == ENOSPC || error == EDQUOT || error == EIO;
    return fail(is_full ? Errc::unreachable : Errc::refused, "cannot create " + path + ": " + reason(error));
  }
  return std::shared_ptr<MediaFile>(new MediaFile(std::move(path), std::move(part), descriptor));
}

MediaFile::~MediaFile() {
  ::close(descriptor_);
  if (!committed_) ::unlink(part_.c_str());
}

Result<void> MediaFile::broken(std::string_view verb) const {
  return fail(Errc::unreachable, "cannot " + std::string(verb) + " " + path_ + ": " + reason(errno));
}

Result<void> MediaFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return broken("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> MediaFile::commit() {
  if (::fsync(descriptor_) != 0) return broken("fsync");
  if (std::rename(part_.c_str(), path_.c_str()) != 0) return broken("rename");
  committed_ = true;
  if (!sync_folder_of(path_)) return broken("keep");
  return {};
}

}  // namespace malin::adapters
