// The daemon's store on a simulated disk: in memory, and a commit takes simulated time. What lies on the disk outlives
// the daemon.
#pragma once

#include <map>
#include <vector>

#include "ports/clock.hpp"
#include "ports/store.hpp"

namespace malin::world {

// Everything that was ever committed, in memory.
class MemoryDisk {
 public:
  std::vector<std::int64_t> write(const Changes& changes);
  Ledger ledger() const { return ledger_; }
  const std::map<JobId, Job>& jobs() const { return jobs_; }
  const std::map<WindowId, Window>& windows() const { return windows_; }
  const std::vector<Event>& events() const { return events_; }

 private:
  Ledger ledger_;
  std::map<JobId, Job> jobs_;
  std::map<WindowId, Window> windows_;
  std::vector<Event> events_;
};

class StorePort : public Store {
 public:
  // `write_time`: before a commit is durable, and as long after it until that is known. All references outlive the
  // port.
  StorePort(Clock& clock, MemoryDisk& disk, Duration write_time)
      : clock_(clock), disk_(disk), write_time_(write_time) {}

  Task<Result<Ledger>> load() override;
  Task<Result<std::vector<std::int64_t>>> commit(Changes changes) override;
  Task<Result<std::vector<Event>>> events(std::int64_t after, int limit) override;
  Task<Result<Job>> job(JobId id) override;
  Task<Result<Job>> job_by_key(std::string key) override;
  Task<Result<std::vector<Job>>> jobs(int limit) override;

 protected:
  Task<void> pause() { return clock_.sleep_until(clock_.now() + write_time_); }
  MemoryDisk& disk() { return disk_; }

 private:
  Clock& clock_;
  MemoryDisk& disk_;
  Duration write_time_;
};

}  // namespace malin::world
