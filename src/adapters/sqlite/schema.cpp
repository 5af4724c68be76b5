#include "adapters/sqlite/schema.hpp"

#include <iterator>
#include <string>

#include <SQLiteCpp/Transaction.h>

namespace malin::adapters {

namespace {

// Times are milliseconds since 1970 in UTC, lengths of time milliseconds, sizes bytes. Lists and maps are JSON text.
// References are checked at the end of a transaction, so the changes of one commit may come in any order.
constexpr const char* first_schema = R"sql(
CREATE TABLE jobs (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'j-[1-9]*'),
  number INTEGER NOT NULL GENERATED ALWAYS AS (CAST(substr(id, 3) AS INTEGER)) VIRTUAL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  prompt TEXT NOT NULL,
  params TEXT NOT NULL,
  priority INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'rendering', 'rendered', 'delivered', 'failed', 'cancelled')),
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  prompt_id TEXT NOT NULL,
  seed INTEGER NOT NULL,  -- The same 64 bits, read as a signed number.
  media_type TEXT CHECK (media_type IN ('photo', 'video', 'document')),
  media_path TEXT,
  media_thumbnail TEXT,
  media_width INTEGER,
  media_height INTEGER,
  media_duration_ms INTEGER,
  media_bytes INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  attempt_at INTEGER,
  rendered_at INTEGER,
  ended_at INTEGER,
  not_before INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_by_number ON jobs (number);
CREATE UNIQUE INDEX jobs_by_key ON jobs (key) WHERE key <> '';
CREATE INDEX jobs_not_over ON jobs (number) WHERE state IN ('queued', 'rendering', 'rendered');

CREATE TABLE windows (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
  card TEXT NOT NULL,
  renderer TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('making_room', 'rendering', 'releasing', 'returning', 'closed')),
  evicted TEXT NOT NULL,
  leaves TEXT NOT NULL,
  jobs TEXT NOT NULL,
  need_bytes INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  phase_at INTEGER NOT NULL,
  render_until INTEGER NOT NULL,
  closed_at INTEGER,
  aborted INTEGER NOT NULL CHECK (aborted IN (0, 1)),
  repairs INTEGER NOT NULL CHECK (repairs >= 0),
  reason TEXT NOT NULL,
  restored_exactly INTEGER CHECK (restored_exactly IN (0, 1))
) STRICT;
CREATE INDEX windows_open ON windows (id) WHERE phase <> 'closed';

CREATE TABLE absences (
  sense TEXT NOT NULL PRIMARY KEY,
  window INTEGER REFERENCES windows (id) DEFERRABLE INITIALLY DEFERRED,
  resident_model TEXT NOT NULL,
  resident_identifier TEXT NOT NULL,
  resident_instance TEXT NOT NULL,
  resident_load_config TEXT NOT NULL,
  resident_ttl_ms INTEGER,
  resident_state TEXT NOT NULL CHECK (resident_state IN ('loading', 'idle', 'busy', 'unloading')),
  since INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  evictions INTEGER NOT NULL CHECK (evictions >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE profiles (
  sense TEXT NOT NULL PRIMARY KEY,
  resident_model TEXT NOT NULL,
  resident_identifier TEXT NOT NULL,
  resident_instance TEXT NOT NULL,
  resident_load_config TEXT NOT NULL,
  resident_ttl_ms INTEGER,
  resident_state TEXT NOT NULL CHECK (resident_state IN ('loading', 'idle', 'busy', 'unloading')),
  footprint_bytes INTEGER,
  told_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
  job TEXT REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
  state TEXT NOT NULL CHECK (state IN ('announcing', 'announced', 'delivering', 'retracting', 'settled')),
  text TEXT NOT NULL,
  message INTEGER,
  unsure INTEGER NOT NULL CHECK (unsure >= 0),
  created_at INTEGER NOT NULL,
  settled_at INTEGER,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_owed ON outbox (id) WHERE state <> 'settled';

CREATE TABLE settings (
  one INT NOT NULL DEFAULT 1 UNIQUE CHECK (one = 1),
  swap_enabled INTEGER NOT NULL CHECK (swap_enabled IN (0, 1)),
  hold_until INTEGER
) STRICT;

CREATE TABLE events (
  id INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
)sql";

constexpr const char* learned_footprints = R"sql(
ALTER TABLE profiles ADD COLUMN load_time_ms INTEGER;

CREATE TABLE footprints (
  name TEXT NOT NULL PRIMARY KEY,
  peaks TEXT NOT NULL,
  runs INTEGER NOT NULL CHECK (runs >= 0),
  measured_at INTEGER,
  raised_bytes INTEGER,
  ran_out_at INTEGER,
  pinned_bytes INTEGER
) STRICT, WITHOUT ROWID;
)sql";

// Step n brings user_version from n to n + 1. A step that was released is never edited; a new one is added.
constexpr const char* steps[] = {first_schema, learned_footprints};

int pragma(SQLite::Database& database, const std::string& name) {
  return database.execAndGet("PRAGMA " + name).getInt();
}

// refused: another program's file, or a newer Malin's.
Result<int> version_of(SQLite::Database& database) {
  const bool ours = pragma(database, "application_id") == application_id;
  const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (!ours && !empty) {
    return fail(Errc::refused, database.getFilename() + " is the database of another program: choose another folder");
  }
  const int version = pragma(database, "user_version");
  if (version < 0 || version > schema_version()) {
    return fail(Errc::refused, database.getFilename() + " was written by a newer malin (schema " +
                                   std::to_string(version) + ", this one knows up to " +
                                   std::to_string(schema_version()) + "): use the newer malin again");
  }
  return version;
}

}  // namespace

int schema_version() { return static_cast<int>(std::size(steps)); }

Result<void> migrate(SQLite::Database& database) {
  const Result<int> version = version_of(database);
  if (!version) return std::unexpected(version.error());
  for (int next = *version; next < schema_version(); ++next) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(steps[next]);
    database.exec("PRAGMA application_id = " + std::to_string(application_id));
    database.exec("PRAGMA user_version = " + std::to_string(next + 1));
    transaction.commit();
  }
  return {};
}

Result<void> expect_current(SQLite::Database& database) {
  const Result<int> version = version_of(database);
  if (!version) return std::unexpected(version.error());
  if (*version == schema_version()) return {};
  return fail(Errc::refused, database.getFilename() + " was written by an older malin: start this one's daemon once");
}

}  // namespace malin::adapters
