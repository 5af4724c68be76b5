#include "adapters/sqlite/sqlite_store.hpp"

#include <algorithm>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/rows.hpp"

namespace malin::adapters {

namespace {

constexpr Duration reading_timeout{2'000};

// One function a change.
void write(Database& database, const PutJob& change) { put_row(database, change.job); }
void write(Database& database, const PutWindow& change) { put_row(database, change.window); }
void write(Database& database, const PutAbsence& change) { put_row(database, change.absence); }
void write(Database& database, const PutProfile& change) { put_row(database, change.profile); }
void write(Database& database, const PutFootprint& change) { put_row(database, change.footprint); }
void write(Database& database, const PutOutbox& change) { put_row(database, change.item); }
void write(Database& database, const PutSettings& change) { put_row(database, change.settings); }
void drop_row(Database& database, const std::string& sql, const std::string& key) {
  SQLite::Statement& statement = database.use(sql);
  statement.bind(1, key);
  statement.exec();
}
void write(Database& database, const DropAbsence& change) {
  drop_row(database, "DELETE FROM absences WHERE sense = ?", change.sense);
}
void write(Database& database, const DropFootprint& change) {
  drop_row(database, "DELETE FROM footprints WHERE name = ?", change.name);
}

// Ids have no gaps, so the newest rows are a range of ids; what falls out of it is at the front of the table.
void prune_events(Database& database) {
  SQLite::Statement& statement = database.use("DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?");
  statement.bind(1, events_kept_max);
  statement.exec();
}

std::vector<std::int64_t> write_all(Database& database, const Changes& changes) {
  std::vector<std::int64_t> event_ids;
  for (const Change& change : changes) {
    if (const auto* added = std::get_if<AddEvent>(&change)) {
      event_ids.push_back(add_event(database, added->event));
      continue;
    }
    std::visit(
        [&database](const auto& row) {
          if constexpr (!std::is_same_v<decltype(row), const AddEvent&>) write(database, row);
        },
        change);
  }
  if (!event_ids.empty()) prune_events(database);
  return event_ids;
}

std::int64_t next_number(Database& database, const std::string& column, const std::string& table) {
  SQLite::Statement& statement = database.use("SELECT coalesce(max(" + column + "), 0) + 1 FROM " + table);
  statement.executeStep();
  const std::int64_t number = statement.getColumn(0).getInt64();
  statement.tryReset();
  return number;
}

template <class Rows, class Map, class Key>
void file_by(Key key, Rows rows, Map& map) {
  for (auto& row : rows) map.emplace(row.*key, row);
}

Ledger select_ledger(Database& database) {
  Ledger ledger;
  file_by(&Job::id, select_rows<Job>(database, "WHERE state IN ('queued', 'rendering', 'rendered')"), ledger.jobs);
  file_by(
      &Job::id,
      select_rows<Job>(database, "WHERE state NOT IN ('queued', 'rendering', 'rendered') ORDER BY number DESC LIMIT ?",
                       {rows_over_loaded_max}),
      ledger.jobs);
  file_by(&Window::id, select_rows<Window>(database, "WHERE phase <> 'closed'"), ledger.windows);
  file_by(&Window::id,
          select_rows<Window>(database, "WHERE phase = 'closed' ORDER BY id DESC LIMIT ?", {rows_over_loaded_max}),
          ledger.windows);
  file_by(&Absence::sense, select_rows<Absence>(database, ""), ledger.absences);
  file_by(&Profile::sense, select_rows<Profile>(database, ""), ledger.profiles);
  file_by(&Footprint::name, select_rows<Footprint>(database, ""), ledger.footprints);
  file_by(&OutboxItem::id, select_rows<OutboxItem>(database, "WHERE state <> 'settled'"), ledger.outbox);
  for (const Settings& settings : select_rows<Settings>(database, "")) ledger.settings = settings;
  ledger.next_job = next_number(database, "number", "jobs");
  ledger.next_window = next_number(database, "id", "windows");
  ledger.next_outbox = next_number(database, "id", "outbox");
  ledger.last_event = next_number(database, "id", "events") - 1;
  return ledger;
}

Result<Job> only_row(Result<std::vector<Job>> rows, const std::string& what) {
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return fail(Errc::not_found, "no job " + what);
  return std::move(rows->front());
}

}  // namespace

Result<Ledger> read_ledger(const std::filesystem::path& file) {
  auto database = Database::open_to_read(file, reading_timeout);
  if (!database) return std::unexpected(database.error());
  return in_transaction(**database, "BEGIN", [&] { return select_ledger(**database); });
}

SqliteStore::SqliteStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& file, Duration busy_timeout) {
  auto database = Database::open(file, busy_timeout);
  if (!database) return std::unexpected(database.error());
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*database)));
}

Task<Result<Ledger>> SqliteStore::load() {
  auto work = [database = database_.get()] {
    return in_transaction(*database, "BEGIN", [database] { return select_ledger(*database); });
  };
  return thread_.run(std::move(work));
}

Task<Result<std::vector<std::int64_t>>> SqliteStore::commit(Changes changes) {
  auto work = [database = database_.get(), changes = std::move(changes)] {
    return in_transaction(*database, "BEGIN IMMEDIATE", [&] { return write_all(*database, changes); });
  };
  return thread_.run(std::move(work));
}

Task<Result<std::vector<Event>>> SqliteStore::events(std::int64_t after, int limit) {
  auto work = [database = database_.get(), after, limit] {
    return in_transaction(*database, "BEGIN", [&] {
      return select_rows<Event>(*database, "WHERE id > ? ORDER BY id LIMIT ?", {after, std::max(limit, 0)});
    });
  };
  return thread_.run(std::move(work));
}

Task<Result<Job>> SqliteStore::job(JobId id) {
  auto work = [database = database_.get(), id = std::move(id)] {
    auto rows =
        in_transaction(*database, "BEGIN", [&] { return select_rows_by_text<Job>(*database, "WHERE id = ?", id); });
    return only_row(std::move(rows), id);
  };
  return thread_.run(std::move(work));
}

Task<Result<Job>> SqliteStore::job_by_key(std::string key) {
  auto work = [database = database_.get(), key = std::move(key)] {
    // The second condition lets the partial index be used, and makes the empty key nobody's.
    auto rows = in_transaction(*database, "BEGIN",
                               [&] { return select_rows_by_text<Job>(*database, "WHERE key = ? AND key <> ''", key); });
    return only_row(std::move(rows), "with the key " + key);
  };
  return thread_.run(std::move(work));
}

Task<Result<std::vector<Job>>> SqliteStore::jobs(int limit) {
  auto work = [database = database_.get(), limit] {
    return in_transaction(*database, "BEGIN", [&] {
      return select_rows<Job>(*database, "ORDER BY number DESC LIMIT ?", {std::max(limit, 0)});
    });
  };
  return thread_.run(std::move(work));
}

}  // namespace malin::adapters
