#include "adapters/sqlite/database.hpp"

#include <sqlite3.h>

#include "adapters/sqlite/schema.hpp"

namespace malin::adapters {

namespace {

// The log is cut back to this after a checkpoint; without it one large transaction would leave it large for ever.
constexpr int log_bytes_max = 4 << 20;

// Throws what is thrown now on when it is our own mistake.
Error why_not_opened(const std::filesystem::path& file, const SQLite::Exception& thrown) {
  if (auto trouble = outside_trouble(thrown)) return std::move(*trouble);
  const int code = thrown.getErrorCode() & 0xff;
  if (code != SQLITE_NOTADB && code != SQLITE_CORRUPT) throw;
  return {Errc::refused, file.string() + " is damaged or no database (" + thrown.what() +
                             "): move it away and start again, or put a backup in its place"};
}

}  // namespace

Database::Database(const std::filesystem::path& file, int flags, std::chrono::milliseconds busy_timeout)
    : connection_(file.string(), flags, static_cast<int>(busy_timeout.count())) {}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file,
                                                 std::chrono::milliseconds busy_timeout) {
  try {
    std::unique_ptr<Database> database(new Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout));
    SQLite::Database& connection = database->connection_;
    connection.exec("PRAGMA trusted_schema = OFF");
    const std::string mode = connection.execAndGet("PRAGMA journal_mode = WAL").getString();
    if (mode != "wal") {
      return fail(Errc::refused, "the file system of " + file.string() +
                                     " cannot hold a write-ahead log (is it a network drive?): choose a local folder");
    }
    connection.exec("PRAGMA synchronous = FULL");
    connection.exec("PRAGMA foreign_keys = ON");
    connection.exec("PRAGMA journal_size_limit = " + std::to_string(log_bytes_max));
    if (auto migrated = migrate(connection); !migrated) return std::unexpected(migrated.error());
    return database;
  } catch (const SQLite::Exception& thrown) { return std::unexpected(why_not_opened(file, thrown)); }
}

Result<std::unique_ptr<Database>> Database::open_to_read(const std::filesystem::path& file,
                                                         std::chrono::milliseconds busy_timeout) {
  try {
    std::unique_ptr<Database> database(new Database(file, SQLite::OPEN_READONLY, busy_timeout));
    database->connection_.exec("PRAGMA trusted_schema = OFF");
    if (auto current = expect_current(database->connection_); !current) return std::unexpected(current.error());
    return database;
  } catch (const SQLite::Exception& thrown) { return std::unexpected(why_not_opened(file, thrown)); }
}

SQLite::Statement& Database::use(const std::string& sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    statement = std::make_unique<SQLite::Statement>(connection_, sql);
    return *statement;
  }
  statement->tryReset();  // Repeats the error of the last run, which was reported then.
  statement->clearBindings();
  return *statement;
}

void Database::roll_back() {
  for (auto& [sql, statement] : statements_) {
    if (statement) statement->tryReset();
  }
  // A full disk may have ended the transaction already.
  if (sqlite3_get_autocommit(connection_.getHandle()) == 0) {
    sqlite3_exec(connection_.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

std::optional<Error> outside_trouble(const SQLite::Exception& thrown) {
  switch (thrown.getErrorCode() & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
      return Error{Errc::unreachable, std::string("the database cannot be used now: ") + thrown.what()};
    default:
      return std::nullopt;
  }
}

}  // namespace malin::adapters
