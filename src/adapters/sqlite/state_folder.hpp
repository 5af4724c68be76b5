// The folder that holds all durable state: the database, the spool of finished media, and a lock.
// While a StateFolder lives no other daemon can open the same folder; the system drops the lock when the process ends,
// however it ends. Commands that Malin starts do not inherit it.
#pragma once

#include <filesystem>
#include <utility>

#include "core/result.hpp"

namespace malin::adapters {

// The exclusive lock on a file, held until destroyed.
class FileLock {
 public:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  int descriptor_;
};

struct StateFolder {
  std::filesystem::path directory;  // Absolute, mode 0700 when made here.
  std::filesystem::path database;   // "malin.db", mode 0600 when made here.
  std::filesystem::path spool;      // "spool/", mode 0700 when made here.
  FileLock lock;                    // Of "malin.lock", which holds our process id.
};

// Makes what is missing, takes the lock, and removes unfinished media ("*.part") from the spool. refused: another
// daemon has it; the message names its process. unreachable: the folder cannot be made or written.
Result<StateFolder> open_state(const std::filesystem::path& directory);

}  // namespace malin::adapters
