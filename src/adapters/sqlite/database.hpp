// One connection to the database file: opened with the promises of docs/STATE.md, statements prepared once and kept.
// Used by one thread at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include "core/result.hpp"

namespace malin::adapters {

class Database {
 public:
  // Opens or makes the file and brings its schema up to date. refused: not ours, damaged, or a newer Malin's.
  // unreachable: busy, read-only or the disk is full.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                std::chrono::milliseconds busy_timeout);
  // Opens a file that is there, beside whoever writes it. refused: also when its schema is not up to date.
  static Result<std::unique_ptr<Database>> open_to_read(const std::filesystem::path& file,
                                                        std::chrono::milliseconds busy_timeout);

  // The prepared statement of this text, reset and without values.
  SQLite::Statement& use(const std::string& sql);
  // Runs a statement that has no values and no rows.
  void run(const std::string& sql) { use(sql).exec(); }
  std::int64_t last_row_id() const { return connection_.getLastInsertRowid(); }

  // Ends what a failed transaction left, if anything.
  void roll_back();

 private:
  Database(const std::filesystem::path& file, int flags, std::chrono::milliseconds busy_timeout);

  SQLite::Database connection_;
  std::map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
};

// unreachable for what passes or can be put right from outside: busy, disk full, disk errors, no permission.
// nullopt: our own mistake or a damaged file.
std::optional<Error> outside_trouble(const SQLite::Exception& thrown);

// Runs `work` between `begin` and COMMIT. Whenever it does not get there everything is undone: unreachable for trouble
// outside, all else is thrown on.
template <class Work>
Result<std::invoke_result_t<Work&>> in_transaction(Database& database, const std::string& begin, Work work) {
  struct Undo {
    Database& database;
    bool needed = true;
    ~Undo() {
      if (needed) database.roll_back();
    }
  };
  Undo undo{database};
  try {
    database.run(begin);
    auto value = work();
    database.run("COMMIT");
    undo.needed = false;
    return value;
  } catch (const SQLite::Exception& thrown) {
    auto trouble = outside_trouble(thrown);
    if (!trouble) throw;
    return std::unexpected(std::move(*trouble));
  }
}

}  // namespace malin::adapters
