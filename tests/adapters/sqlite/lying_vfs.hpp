// SQLite's disk in the tests of the store: files in memory that fail as they are told to. While it lives it is SQLite's
// default VFS, so production code opens its database on it without knowing. One connection at a time: locks are always
// granted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "adapters/sqlite/disk_image.hpp"

namespace malin::testing {

// What goes wrong from a call on.
enum class Fault {
  none,
  error,  // That call fails and does nothing.
  half,   // That call fails and was half done, or wholly: a short write, a sync that lost some of it, a lock denied.
  full,   // From then on nothing can be written, made or synced; half of a write that is tried is there.
  unplugged,  // From then on every call fails.
  deaf,       // From then on a sync does nothing and says that it did. Nothing can live with that.
};

const char* to_string(Fault fault);

class LyingVfs {
 public:
  explicit LyingVfs(DiskImage disk = {});
  ~LyingVfs();
  LyingVfs(const LyingVfs&) = delete;

  const DiskImage& disk() const { return disk_; }
  std::int64_t calls() const { return calls_; }
  std::int64_t failed() const { return failed_; }

  // `fault` begins with the call that has this number, counted from 1.
  void plan(Fault fault, std::int64_t call);
  // There is room again; the disk is plugged in again.
  void heal();

  // Called before the disk is changed. May be empty.
  std::function<void()> before_change;

 private:
  friend struct LyingCalls;

  // Counts a call and says what happens to it.
  Fault enter(bool needs_room = false);
  bool is_deaf() const { return fault_ == Fault::deaf && calls_ >= fault_at_; }
  // The disk, which is about to change.
  DiskImage& change();

  sqlite3_vfs vfs_{};
  sqlite3_vfs* before_;
  DiskImage disk_;
  Fault fault_ = Fault::none;
  std::int64_t fault_at_ = 0;
  std::int64_t calls_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t temporaries_ = 0;
};

}  // namespace malin::testing
