#include "sim/sim_store.hpp"

#include <optional>
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

SimStore::SimStore(Clock& clock, MemoryDisk& disk, const std::filesystem::path& file, const bool& is_disk_full,
                   Duration write_time)
    : StorePort(clock, disk, write_time), is_disk_full_(is_disk_full) {
  if (file.empty()) return;
  auto opened = adapters::SqliteStore::open(file);
  if (!opened) throw std::runtime_error(opened.error().message);
  sqlite_ = std::move(*opened);
}

SimStore::~SimStore() = default;

Result<Ledger> SimStore::read_now() { return sqlite_ ? finish(sqlite_->load()) : disk().ledger(); }

Task<Result<Ledger>> SimStore::load() {
  Result<Ledger> ledger = read_now();
  co_return ledger;
}

Task<Result<std::vector<std::int64_t>>> SimStore::commit(Changes changes) {
  if (on_begun) on_begun(changes);
  co_await pause();
  if (is_disk_full_ || ++commits_ == failing_commit) co_return fail(Errc::unreachable, "database or disk is full");
  if (before_write) before_write(changes);
  Result<std::vector<std::int64_t>> ids = disk().write(changes);
  if (sqlite_) ids = finish(sqlite_->commit(changes));
  if (!ids) throw std::runtime_error(ids.error().message);
  if (on_durable) on_durable(changes);
  ++unknown_;
  co_await pause();
  --unknown_;
  co_return ids;
}

Task<Result<Job>> SimStore::job_by_key(std::string key) {
  if (!sqlite_) co_return co_await StorePort::job_by_key(std::move(key));
  co_await pause();
  co_return finish(sqlite_->job_by_key(std::move(key)));
}

}  // namespace malin::sim
