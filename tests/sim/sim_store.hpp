// The store of a simulated daemon: SQLite or memory behind a disk that takes simulated time, may be full and may lie.
// The real SqliteStore works on its own thread; each call waits for it, so that simulated time does not pass meanwhile
// and the order of things depends on the seed alone.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "world/store_port.hpp"

namespace malin::sim {

using world::MemoryDisk;

class SimStore final : public world::StorePort {
 public:
  // On `disk`, and, when `file` names one, in SQLite, which is then what is read. All references outlive the store.
  SimStore(Clock& clock, MemoryDisk& disk, const std::filesystem::path& file, const bool& is_disk_full,
           Duration write_time);
  ~SimStore() override;

  Task<Result<Ledger>> load() override;
  Task<Result<std::vector<std::int64_t>>> commit(Changes changes) override;
  Task<Result<Job>> job_by_key(std::string key) override;

  // What is on the disk now, without waiting.
  Result<Ledger> read_now();

  std::function<void(const Changes&)> on_begun;  // It is on its way to the disk.
  std::function<void(const Changes&)> on_durable;
  // Changes to what is written, for a store that lies. May be empty.
  std::function<void(Changes&)> before_write;
  // The commit with this number finds a full disk. 0: none.
  std::int64_t failing_commit = 0;
  std::int64_t commits() const { return commits_; }
  // Commits that are durable and that nobody knows of yet.
  int unknown() const { return unknown_; }

 private:
  const bool& is_disk_full_;
  std::unique_ptr<Store> sqlite_;  // Empty: memory.
  std::int64_t commits_ = 0;
  int unknown_ = 0;
};

}  // namespace malin::sim
