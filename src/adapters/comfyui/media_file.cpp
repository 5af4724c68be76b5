#include "adapters/comfyui/media_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace malin::adapters {

namespace {

std::string reason(int number) { return std::generic_category().message(number); }

}  // namespace

Result<std::shared_ptr<MediaFile>> MediaFile::create(std::string path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    const bool is_full = error == ENOSPC || error == EDQUOT || error == EIO;
    return fail(is_full ? Errc::unreachable : Errc::refused, "cannot create " + path + ": " + reason(error));
  }
  return std::shared_ptr<MediaFile>(new MediaFile(std::move(path), descriptor));
}

MediaFile::~MediaFile() {
  ::close(descriptor_);
  if (!committed_) ::unlink(path_.c_str());
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
  committed_ = true;
  return {};
}

}  // namespace malin::adapters
