// The store of a simulated daemon: SQLite or memory behind a disk that takes simulated time and may be full.
// What lies on it outlives the daemon. The real SqliteStore works on its own thread; each call waits for it, so that
// simulated time does not pass meanwhile and the order of things depends on the seed alone.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "ports/clock.hpp"
#include "ports/store.hpp"

namespace malin::sim {

// Everything that was ever committed, in memory.
class MemoryDisk {
 public:
  std::vector<std::int64_t> write(const Changes& changes);
  Ledger ledger() const;
  const std::map<JobId, Job>& jobs() const { return jobs_; }
  const std::vector<Event>& events() const { return events_; }

 private:
  Ledger ledger_;
  std::map<JobId, Job> jobs_;
  std::vector<Event> events_;
};

class SimStore final : public Store {
 public:
  struct Options {
    Duration write_time{2};  // Before the commit is durable, and as long after it until it is known.
  };

  // On `disk`, or, when `file` names one, in SQLite. All references outlive the store.
  SimStore(Clock& clock, MemoryDisk& disk, const std::filesystem::path& file, const bool& is_disk_full,
           Options options);
  ~SimStore() override;

  Task<Result<Ledger>> load() override;
  Task<Result<std::vector<std::int64_t>>> commit(Changes changes) override;
  Task<Result<std::vector<Event>>> events(std::int64_t after, int limit) override;
  Task<Result<Job>> job(JobId id) override;
  Task<Result<Job>> job_by_key(std::string key) override;
  Task<Result<std::vector<Job>>> jobs(int limit) override;

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
  Task<void> pause();

  Clock& clock_;
  MemoryDisk& disk_;
  const bool& is_disk_full_;
  Options options_;
  std::unique_ptr<Store> sqlite_;  // Empty: memory.
  std::int64_t commits_ = 0;
  int unknown_ = 0;
};

}  // namespace malin::sim
