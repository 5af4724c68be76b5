// The ledger in SQLite: what commit has returned survives the end of the process and of the power.
// A call returns within the busy timeout and the disk's own time; it cannot be cancelled half-way.
// A mistake of ours (a row that the schema does not allow) is an exception, and nothing of its commit is written.
#pragma once

#include <filesystem>
#include <memory>

#include "adapters/sqlite/store_thread.hpp"
#include "ports/store.hpp"

namespace malin::adapters {

class Database;

inline constexpr std::int64_t events_kept_max = 10'000;
inline constexpr std::int64_t rows_over_loaded_max = 100;

// The ledger in that file, which a daemon may be using. Nothing is changed. Blocks.
// refused: not ours, damaged, or written by another version of Malin. unreachable: it cannot be read now.
Result<Ledger> read_ledger(const std::filesystem::path& file);

class SqliteStore final : public Store {
 public:
  // Opens or makes the database and brings it forward; blocks. Requires: the StateFolder's lock is held.
  // refused: not ours, damaged, or written by a newer Malin. unreachable: busy, read-only or the disk is full.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file,
                                                   Duration busy_timeout = std::chrono::seconds(2));
  ~SqliteStore() override;

  Task<Result<Ledger>> load() override;
  Task<Result<std::vector<std::int64_t>>> commit(Changes changes) override;
  Task<Result<std::vector<Event>>> events(std::int64_t after, int limit) override;
  Task<Result<Job>> job(JobId id) override;
  Task<Result<Job>> job_by_key(std::string key) override;
  Task<Result<std::vector<Job>>> jobs(int limit) override;

 private:
  explicit SqliteStore(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;  // Used on thread_ only.
  StoreThread thread_;                  // Last, so that it ends first.
};

}  // namespace malin::adapters
