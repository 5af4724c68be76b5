// A file that is being downloaded. It is new, private (mode 0600) and never reached through a symbolic link; unless it
// is committed it is removed again. All of it blocks: it belongs on a thread of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace malin::adapters {

class MediaFile {
 public:
  // refused: there is a file already, or the folder cannot be written.
  static Result<std::shared_ptr<MediaFile>> create(std::string path);
  ~MediaFile();
  MediaFile(const MediaFile&) = delete;
  MediaFile& operator=(const MediaFile&) = delete;

  // unreachable: the disk is full or broken.
  Result<void> write(std::string_view bytes);
  // Makes the contents durable and keeps the file.
  Result<void> commit();

 private:
  MediaFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Result<void> broken(std::string_view verb) const;

  std::string path_;
  int descriptor_;
  bool committed_ = false;
};

}  // namespace malin::adapters
