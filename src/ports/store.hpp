// Keeps the ledger across crashes and power loss.
#pragma once

#include <cstdint>
#include <vector>

#include "core/change.hpp"
#include "ports/task.hpp"

namespace malin {

class Store {
 public:
  virtual ~Store() = default;

  // The ledger as last committed. Jobs that are over: the newest hundred.
  virtual Task<Result<Ledger>> load() = 0;

  // All of `changes` in one durable transaction, or none. Returns the ids given to the AddEvent rows, in order.
  // unreachable: busy or disk full; nothing was written, try again later.
  virtual Task<Result<std::vector<std::int64_t>>> commit(Changes changes) = 0;

  // Events with an id above `after`, oldest first, at most `limit`.
  virtual Task<Result<std::vector<Event>>> events(std::int64_t after, int limit) = 0;

  // Any job, however old. not_found: no such job.
  virtual Task<Result<Job>> job(JobId id) = 0;
  // The job submitted with this key. not_found: none.
  virtual Task<Result<Job>> job_by_key(std::string key) = 0;
  // The newest jobs first, at most `limit`.
  virtual Task<Result<std::vector<Job>>> jobs(int limit) = 0;
};

}  // namespace malin
