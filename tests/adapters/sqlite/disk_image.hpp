// What a disk holds, as a value: what reads give now, and what would be left if the power went.
// Its rules are those of POSIX at its worst. A write is certain after a sync of its file, a new or removed name after a
// sync of its folder. Until then each may be there or not, in any order; of a write any sectors may be there, and a
// sector that was under way may hold anything. Bytes beside a write are never harmed.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace malin::testing {

class DiskImage {
 public:
  static constexpr std::int64_t sector_bytes = 512;

  bool has(const std::string& name) const { return files_.contains(name); }
  // What reads give. Requires: has(name).
  const std::string& contents(const std::string& name) const { return files_.at(name).seen; }

  void create(const std::string& name) { files_.try_emplace(name); }
  void write(const std::string& name, std::int64_t offset, std::string bytes);
  void truncate(const std::string& name, std::int64_t size);
  void sync(const std::string& name) { settle(files_.at(name)); }
  void remove(const std::string& name);
  void sync_folder();
  // A sync that failed. Of the writes that waited for it some are on the disk and the rest never will be, though reads
  // still give them: Linux drops what it could not write and says so once.
  void fail_sync(const std::string& name, std::uint64_t seed);

  // What the next start finds when the power goes now. One seed, one outcome.
  DiskImage after_power_loss(std::uint64_t seed) const;
  // What the next start finds when the process ends now.
  DiskImage after_kill() const;

 private:
  struct Pending {
    std::int64_t offset = 0;  // The new size, of a truncation.
    std::string bytes;
    bool is_truncation = false;
  };
  struct File {
    std::string seen;
    std::string durable;
    std::vector<Pending> pending;
    bool is_name_durable = false;
  };

  static void settle(File& file);
  static std::string leftover(const File& file, std::mt19937_64& random);
  static DiskImage of(std::map<std::string, std::string> contents);

  std::map<std::string, File> files_;
  std::map<std::string, File> removed_;  // Their names may come back.
};

}  // namespace malin::testing
