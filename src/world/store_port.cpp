#include "world/store_port.hpp"

#include <algorithm>
#include <variant>

#include "core/change.hpp"

namespace malin::world {

std::vector<std::int64_t> MemoryDisk::write(const Changes& changes) {
  std::vector<std::int64_t> ids;
  for (const Change& change : changes) {
    if (const auto* put = std::get_if<PutJob>(&change)) jobs_[put->job.id] = put->job;
    if (const auto* put = std::get_if<PutWindow>(&change)) windows_[put->window.id] = put->window;
    if (const auto* added = std::get_if<AddEvent>(&change)) {
      events_.push_back(added->event);
      events_.back().id = static_cast<std::int64_t>(events_.size());
      ids.push_back(events_.back().id);
    }
  }
  apply(ledger_, changes);
  ledger_.last_event = static_cast<std::int64_t>(events_.size());
  return ids;
}

Task<Result<Ledger>> StorePort::load() { co_return disk_.ledger(); }

Task<Result<std::vector<std::int64_t>>> StorePort::commit(Changes changes) {
  co_await pause();
  std::vector<std::int64_t> ids = disk_.write(changes);
  co_await pause();
  co_return ids;
}

Task<Result<std::vector<Event>>> StorePort::events(std::int64_t after, int limit) {
  std::vector<Event> found;
  for (const Event& event : disk_.events())
    if (event.id > after && std::ssize(found) < limit) found.push_back(event);
  co_return found;
}

Task<Result<Job>> StorePort::job(JobId id) {
  const auto found = disk_.jobs().find(id);
  if (found == disk_.jobs().end()) co_return fail(Errc::not_found, "no job " + id);
  co_return found->second;
}

Task<Result<Job>> StorePort::job_by_key(std::string key) {
  co_await pause();
  for (const auto& [id, job] : disk_.jobs())
    if (!key.empty() && job.key == key) co_return job;
  co_return fail(Errc::not_found, "no job with the key " + key);
}

Task<Result<std::vector<Job>>> StorePort::jobs(int limit) {
  std::vector<Job> found;
  for (const auto& [id, job] : disk_.jobs()) found.push_back(job);
  std::ranges::sort(found, std::ranges::greater{}, &Job::created_at);
  if (std::ssize(found) > limit) found.resize(static_cast<std::size_t>(limit));
  co_return found;
}

}  // namespace malin::world
