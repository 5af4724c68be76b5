// The shape of the database, as a list of steps. A database of any older Malin is brought forward, one step a
// transaction; one of a newer Malin is refused, because its rows may mean what this one does not know.
#pragma once

#include <SQLiteCpp/Database.h>

#include "core/result.hpp"

namespace malin::adapters {

// "Maln": in the header of every database of ours, so that no other program's file is taken for one.
inline constexpr int application_id = 0x4d616c6e;

// The user_version after all steps.
int schema_version();

// Brings `database` to schema_version(). refused: another program's file, or a newer Malin's.
// Throws SQLite::Exception when a step fails; that step is then undone.
Result<void> migrate(SQLite::Database& database);

// refused: another program's file, or not of schema_version().
Result<void> expect_current(SQLite::Database& database);

}  // namespace malin::adapters
