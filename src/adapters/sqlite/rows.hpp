// Rows of the ledger to and from the database, whole. What is read equals what was written, member for member.
#pragma once

#include <string>
#include <vector>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fields.hpp"

namespace malin::adapters {

// Adds the row, or replaces the one with the same key.
template <class Row>
void put_row(Database& database, const Row& row);

// `SELECT` of all columns of Row's table followed by `rest`, with `values` bound to its question marks.
// Throws std::runtime_error for a row that cannot be: a state without a name, a list that is no list.
template <class Row>
std::vector<Row> select_rows(Database& database, const std::string& rest, const std::vector<std::int64_t>& values = {});

template <class Row>
std::vector<Row> select_rows_by_text(Database& database, const std::string& rest, const std::string& value);

// Gives the event the next id, which it returns.
std::int64_t add_event(Database& database, const Event& event);

}  // namespace malin::adapters
