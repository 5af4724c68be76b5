#include "adapters/sqlite/rows.hpp"

#include <bit>
#include <stdexcept>

#include <boost/json.hpp>

namespace malin::adapters {

namespace json = boost::json;

namespace {

// The column names, in order.
struct Names {
  std::vector<std::string> list;

  template <class Member>
  void operator()(const char* name, const Member&) {
    list.emplace_back(name);
  }
  void operator()(const char*, const std::optional<Media>&) { media_fields(*this, no_media); }
  template <class Id>
  void reference(const char* name, const Id&) {
    list.emplace_back(name);
  }

  const Media no_media{};
};

template <class Row>
const std::vector<std::string>& names_of() {
  static const std::vector<std::string> names = [] {
    Names visit;
    const Row row{};
    Table<Row>::fields(visit, row);
    return std::move(visit.list);
  }();
  return names;
}

json::object write_leaves(const std::map<std::string, Leave>& leaves) {
  json::object object;
  for (const auto& [sense, leave] : leaves) {
    const json::value back_at = leave.back_at ? json::value(to_unix_ms(*leave.back_at)) : json::value(nullptr);
    object[sense] = json::object{{"since", to_unix_ms(leave.since)}, {"back_at", back_at}};
  }
  return object;
}

std::map<std::string, Leave> read_leaves(const json::value& value) {
  std::map<std::string, Leave> leaves;
  for (const auto& [sense, times] : value.as_object()) {
    Leave& leave = leaves[sense];
    leave.since = from_unix_ms(times.as_object().at("since").as_int64());
    const json::value& back_at = times.as_object().at("back_at");
    if (!back_at.is_null()) leave.back_at = from_unix_ms(back_at.as_int64());
  }
  return leaves;
}

// Binds members to the question marks of a statement, in order.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}

  void operator()(const char*, const std::string& text) { statement_.bind(++index_, text); }
  void operator()(const char*, std::int64_t number) { statement_.bind(++index_, number); }
  void operator()(const char*, int number) { statement_.bind(++index_, number); }
  void operator()(const char*, bool flag) { statement_.bind(++index_, flag ? 1 : 0); }
  void operator()(const char* name, std::uint64_t bits) { (*this)(name, std::bit_cast<std::int64_t>(bits)); }
  void operator()(const char* name, Bytes size) { (*this)(name, size.count); }
  void operator()(const char* name, Duration length) { (*this)(name, static_cast<std::int64_t>(length.count())); }
  void operator()(const char* name, TimePoint moment) { (*this)(name, to_unix_ms(moment)); }
  void operator()(const char* name, JobState state) { (*this)(name, std::string(to_string(state))); }
  void operator()(const char* name, WindowPhase phase) { (*this)(name, std::string(to_string(phase))); }
  void operator()(const char* name, OutboxState state) { (*this)(name, std::string(to_string(state))); }
  void operator()(const char* name, MediaType type) { (*this)(name, std::string(to_string(type))); }
  void operator()(const char* name, ResidentState state) { (*this)(name, std::string(to_string(state))); }
  void operator()(const char* name, const std::vector<std::string>& list) {
    (*this)(name, json::serialize(json::value_from(list)));
  }
  void operator()(const char* name, const std::vector<Peak>& peaks) {
    json::array list;
    for (const Peak& peak : peaks) list.push_back({{"taken", peak.taken.count}, {"room", peak.room.count}});
    (*this)(name, json::serialize(list));
  }
  void operator()(const char* name, const std::map<std::string, std::string>& map) {
    (*this)(name, json::serialize(json::value_from(map)));
  }
  void operator()(const char* name, const std::map<std::string, Leave>& leaves) {
    (*this)(name, json::serialize(write_leaves(leaves)));
  }
  template <class Value>
  void operator()(const char* name, const std::optional<Value>& value) {
    if (value) return (*this)(name, *value);
    statement_.bind(++index_);
  }
  void operator()(const char*, const std::optional<Media>& media) {
    if (media) return media_fields(*this, *media);
    Names columns;
    columns("media", media);
    for (std::size_t i = 0; i < columns.list.size(); ++i) statement_.bind(++index_);
  }
  // Empty text and 0 are stored as NULL, which refers to nothing.
  template <class Id>
  void reference(const char* name, const Id& id) {
    if (id != Id{}) return (*this)(name, id);
    statement_.bind(++index_);
  }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

json::value parse_list(const char* name, const std::string& text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // Whatever bytes came in go out.
  boost::system::error_code trouble;
  json::value value = json::parse(text, trouble, {}, options);
  if (trouble) throw std::runtime_error(std::string("impossible row: ") + name + " is " + text);
  return value;
}

// Fills members from the columns of a row, in order.
class Reader {
 public:
  explicit Reader(SQLite::Statement& statement) : statement_(statement) {}

  void operator()(const char*, std::string& text) { text = next().getString(); }
  void operator()(const char*, std::int64_t& number) { number = next().getInt64(); }
  void operator()(const char*, int& number) { number = next().getInt(); }
  void operator()(const char*, bool& flag) { flag = next().getInt() != 0; }
  void operator()(const char*, std::uint64_t& bits) { bits = std::bit_cast<std::uint64_t>(next().getInt64()); }
  void operator()(const char*, Bytes& size) { size.count = next().getInt64(); }
  void operator()(const char*, Duration& length) { length = Duration(next().getInt64()); }
  void operator()(const char*, TimePoint& moment) { moment = from_unix_ms(next().getInt64()); }
  void operator()(const char* name, JobState& state) { take(name, state, parse_job_state); }
  void operator()(const char* name, WindowPhase& phase) { take(name, phase, parse_window_phase); }
  void operator()(const char* name, OutboxState& state) { take(name, state, parse_outbox_state); }
  void operator()(const char* name, MediaType& type) { take(name, type, parse_media_type); }
  void operator()(const char* name, ResidentState& state) { take(name, state, parse_resident_state); }
  void operator()(const char* name, std::vector<std::string>& list) {
    list = json::value_to<std::vector<std::string>>(parse_list(name, next().getString()));
  }
  void operator()(const char* name, std::vector<Peak>& peaks) {
    const json::value list = parse_list(name, next().getString());
    for (const json::value& peak : list.as_array())
      peaks.push_back({{peak.at("taken").as_int64()}, {peak.at("room").as_int64()}});
  }
  void operator()(const char* name, std::map<std::string, std::string>& map) {
    map = json::value_to<std::map<std::string, std::string>>(parse_list(name, next().getString()));
  }
  void operator()(const char* name, std::map<std::string, Leave>& leaves) {
    leaves = read_leaves(parse_list(name, next().getString()));
  }
  template <class Value>
  void operator()(const char* name, std::optional<Value>& value) {
    if (statement_.isColumnNull(index_)) return skip(1);
    (*this)(name, value.emplace());
  }
  void operator()(const char*, std::optional<Media>& media) {
    if (!statement_.isColumnNull(index_)) return media_fields(*this, media.emplace());
    Names columns;
    columns("media", media);
    skip(static_cast<int>(columns.list.size()));
  }
  // NULL reads as empty text or 0.
  template <class Id>
  void reference(const char* name, Id& id) {
    (*this)(name, id);
  }

 private:
  SQLite::Column next() { return statement_.getColumn(index_++); }
  void skip(int columns) { index_ += columns; }
  template <class State, class Parse>
  void take(const char* name, State& state, Parse parse) {
    const std::string text = next().getString();
    const auto parsed = parse(text);
    if (!parsed) throw std::runtime_error(std::string("impossible row: ") + name + " is " + text);
    state = *parsed;
  }

  SQLite::Statement& statement_;
  int index_ = 0;
};

template <class Row>
std::string upsert_text() {
  std::string columns, marks, updates;
  for (const std::string& name : names_of<Row>()) {
    const char* comma = columns.empty() ? "" : ", ";
    columns.append(comma).append(name);
    marks.append(comma).append("?");
    updates.append(comma).append(name).append(" = excluded.").append(name);
  }
  using T = Table<Row>;
  return std::string("INSERT INTO ") + T::name + " (" + columns + ") VALUES (" + marks + ") ON CONFLICT (" + T::key +
         ") DO UPDATE SET " + updates;
}

template <class Row>
std::string select_text(const std::string& rest) {
  std::string columns;
  for (const std::string& name : names_of<Row>()) columns += (columns.empty() ? "" : ", ") + name;
  return "SELECT " + columns + " FROM " + Table<Row>::name + " " + rest;
}

template <class Row>
std::vector<Row> read_all(SQLite::Statement& statement) {
  std::vector<Row> rows;
  while (statement.executeStep()) {
    Reader reader(statement);
    Table<Row>::fields(reader, rows.emplace_back());
  }
  return rows;
}

}  // namespace

template <class Row>
void put_row(Database& database, const Row& row) {
  static const std::string sql = upsert_text<Row>();
  SQLite::Statement& statement = database.use(sql);
  Binder binder(statement);
  Table<Row>::fields(binder, row);
  statement.exec();
}

template <class Row>
std::vector<Row> select_rows(Database& database, const std::string& rest, const std::vector<std::int64_t>& values) {
  SQLite::Statement& statement = database.use(select_text<Row>(rest));
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind(static_cast<int>(i) + 1, values[i]);
  return read_all<Row>(statement);
}

template <class Row>
std::vector<Row> select_rows_by_text(Database& database, const std::string& rest, const std::string& value) {
  SQLite::Statement& statement = database.use(select_text<Row>(rest));
  statement.bind(1, value);
  return read_all<Row>(statement);
}

std::int64_t add_event(Database& database, const Event& event) {
  SQLite::Statement& statement = database.use("INSERT INTO events (at, kind, subject, text) VALUES (?, ?, ?, ?)");
  Binder binder(statement);
  binder("at", event.at);
  binder("kind", event.kind);
  binder("subject", event.subject);
  binder("text", event.text);
  statement.exec();
  return database.last_row_id();
}

template void put_row(Database&, const Job&);
template void put_row(Database&, const Window&);
template void put_row(Database&, const Absence&);
template void put_row(Database&, const Profile&);
template void put_row(Database&, const Footprint&);
template void put_row(Database&, const OutboxItem&);
template void put_row(Database&, const Settings&);
template std::vector<Job> select_rows(Database&, const std::string&, const std::vector<std::int64_t>&);
template std::vector<Window> select_rows(Database&, const std::string&, const std::vector<std::int64_t>&);
template std::vector<Absence> select_rows(Database&, const std::string&, const std::vector<std::int64_t>&);
template std::vector<Profile> select_rows(Database&, const std::string&, const std::vector<std::int64_t>&);
template std::vector<Footprint> select_rows(Database&, const std::string&, const std::vector<std::int64_t>&);
template std::vector<OutboxItem> select_rows(Database&, const std::string&, const std::vector<std::int64_t>&);
template std::vector<Settings> select_rows(Database&, const std::string&, const std::vector<std::int64_t>&);
template std::vector<Event> select_rows(Database&, const std::string&, const std::vector<std::int64_t>&);
template std::vector<Job> select_rows_by_text(Database&, const std::string&, const std::string&);

}  // namespace malin::adapters
