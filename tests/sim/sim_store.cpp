#include "sim/sim_store.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/sqlite/sqlite_store.hpp"

namespace malin::sim {

namespace {

// Runs a call of the real store to its end, while simulated time stands still.
template <class T>
T finish(Task<T> task) {
  boost::asio::io_context io(1);
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    result = std::move(value);
  });
  io.run();
  return std::move(*result);
}

}  // namespace

std::vector<std::int64_t> MemoryDisk::write(const Changes& changes) {
  std::vector<std::int64_t> ids;
  for (const Change& change : changes) {
    if (const auto* put = std::get_if<PutJob>(&change)) jobs_[put->job.id] = put->job;
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

Ledger MemoryDisk::ledger() const { return ledger_; }

SimStore::SimStore(Clock& clock, MemoryDisk& disk, const std::filesystem::path& file, const bool& is_disk_full,
                   Options options)
    : clock_(clock), disk_(disk), is_disk_full_(is_disk_full), options_(options) {
  if (file.empty()) return;
  auto opened = adapters::SqliteStore::open(file);
  if (!opened) throw std::runtime_error(opened.error().message);
  sqlite_ = std::move(*opened);
}

SimStore::~SimStore() = default;

Task<void> SimStore::pause() { return clock_.sleep_until(clock_.now() + options_.write_time); }

Result<Ledger> SimStore::read_now() { return sqlite_ ? finish(sqlite_->load()) : disk_.ledger(); }

Task<Result<Ledger>> SimStore::load() {
  Result<Ledger> ledger = read_now();
  co_return ledger;
}

Task<Result<std::vector<std::int64_t>>> SimStore::commit(Changes changes) {
  if (on_begun) on_begun(changes);
  co_await pause();
  if (is_disk_full_ || ++commits_ == failing_commit) co_return fail(Errc::unreachable, "database or disk is full");
  if (before_write) before_write(changes);
  Result<std::vector<std::int64_t>> ids = disk_.write(changes);
  if (sqlite_) ids = finish(sqlite_->commit(changes));
  if (!ids) throw std::runtime_error(ids.error().message);
  if (on_durable) on_durable(changes);
  ++unknown_;
  co_await pause();
  --unknown_;
  co_return ids;
}

Task<Result<std::vector<Event>>> SimStore::events(std::int64_t after, int limit) {
  std::vector<Event> found;
  for (const Event& event : disk_.events())
    if (event.id > after && std::ssize(found) < limit) found.push_back(event);
  co_return found;
}

Task<Result<Job>> SimStore::job(JobId id) {
  const auto found = disk_.jobs().find(id);
  if (found == disk_.jobs().end()) co_return fail(Errc::not_found, "no job " + id);
  co_return found->second;
}

Task<Result<Job>> SimStore::job_by_key(std::string key) {
  co_await pause();
  if (sqlite_) co_return finish(sqlite_->job_by_key(std::move(key)));
  for (const auto& [id, job] : disk_.jobs())
    if (!key.empty() && job.key == key) co_return job;
  co_return fail(Errc::not_found, "no job with the key " + key);
}

Task<Result<std::vector<Job>>> SimStore::jobs(int limit) {
  std::vector<Job> found;
  for (const auto& [id, job] : disk_.jobs()) found.push_back(job);
  std::ranges::sort(found, std::ranges::greater{}, &Job::created_at);
  if (std::ssize(found) > limit) found.resize(static_cast<std::size_t>(limit));
  co_return found;
}

}  // namespace malin::sim
