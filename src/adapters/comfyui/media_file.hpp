// A file that is being downloaded, as "<path>.part": private (mode 0600) and never reached through a symbolic link. It
// has its own name once it is committed; before that it is removed again. What a daemon that was killed has left under
// either name is replaced. All of it blocks: it belongs on a thread of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace malin::adapters {

class MediaFile {
 public:
  // refused: the folder cannot be written.
  static Result<std::shared_ptr<MediaFile>> create(std::string path);
  ~MediaFile();
  MediaFile(const MediaFile&) = delete;
  MediaFile& operator=(const MediaFile&) = delete;

  // unreachable: the disk is full or broken.
  Result<void> write(std::string_view bytes);
  // Makes the file durable under its own name. unreachable: as above.
  Result<void> commit();

 private:
  MediaFile(std::string path, std::string part, int descriptor)
      : path_(std::move(path)), part_(std::move(part)), descriptor_(descriptor) {}
  Result<void> broken(std::string_view verb) const;

  std::string path_;
  std::string part_;
  int descriptor_;
  bool committed_ = false;
};

}  // namespace malin::adapters
