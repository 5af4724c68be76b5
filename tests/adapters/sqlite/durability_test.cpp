#include <csignal>
#include <fstream>

#include <SQLiteCpp/Database.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/sqlite/schema.hpp"
#include "adapters/sqlite/scratch.hpp"
#include "adapters/sqlite/state_folder.hpp"

namespace malin::testing {
namespace {

using adapters::open_state;
using adapters::SqliteStore;

// Says a byte into `acknowledgements` for every commit that has returned.
[[noreturn]] void commit_for_ever(const std::filesystem::path& file, int acknowledgements) {
  auto store = open_store(file);
  for (int n = 1;; ++n) {
    Changes changes{plain_job(n), plain_event("one"), plain_event("two"), PutSettings{{false, from_unix_ms(n)}}};
    if (!ask(store->commit(std::move(changes))) || ::write(acknowledgements, "+", 1) != 1) ::_exit(1);
  }
}

// Ten lives of a daemon that commits four rows at a time and is killed without warning at some moment.
TEST(Durability, after_a_kill_the_ledger_is_a_prefix_that_holds_every_acknowledged_commit) {
  for (int life = 0; life < 10; ++life) {
    Scratch scratch;
    const auto file = scratch / "malin.db";
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) commit_for_ever(file, pipe_ends[1]);
    ::close(pipe_ends[1]);
    std::int64_t acknowledged = 0;
    char byte = 0;
    while (acknowledged < 5 + life * 7 && ::read(pipe_ends[0], &byte, 1) == 1) ++acknowledged;
    ::kill(child, SIGKILL);
    while (::read(pipe_ends[0], &byte, 1) == 1) ++acknowledged;
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));

    auto store = open_store(file);
    const auto ledger = ask(store->load());
    ASSERT_TRUE(ledger);
    const auto kept = static_cast<std::int64_t>(ledger->jobs.size());
    EXPECT_GE(kept, acknowledged);
    EXPECT_LE(kept, acknowledged + 1);
    EXPECT_EQ(ledger->next_job, kept + 1) << "no gaps";
    EXPECT_EQ(ledger->settings.hold_until, from_unix_ms(kept));
    EXPECT_EQ(static_cast<std::int64_t>(ask(store->events(0, 20'000))->size()), 2 * kept);
  }
}

TEST(Durability, a_second_daemon_is_refused_and_told_who_has_the_folder) {
  Scratch scratch;
  const auto folder = scratch / "deep/state";
  auto first = open_state(folder);
  ASSERT_TRUE(first) << first.error().message;
  const auto second = open_state(folder);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::refused);
  EXPECT_TRUE(second.error().message.contains("process " + std::to_string(::getpid()))) << second.error().message;
  { const auto ends = std::move(*first); }
  EXPECT_TRUE(open_state(folder)) << "the lock goes with its holder";
}

TEST(Durability, the_lock_of_a_killed_daemon_is_free) {
  Scratch scratch;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto state = open_state(scratch / "state");
    ::kill(::getpid(), SIGKILL);
    ::_exit(state ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(open_state(scratch / "state"));
}

int mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
}

TEST(Durability, nobody_else_can_read_the_state) {
  Scratch scratch;
  const auto state = open_state(scratch / "state");
  ASSERT_TRUE(state);
  auto store = open_store(state->database);
  ASSERT_TRUE(ask(store->commit({plain_job(1)})));
  EXPECT_EQ(mode_of(state->directory), 0700);
  EXPECT_EQ(mode_of(state->spool), 0700);
  EXPECT_EQ(mode_of(state->database), 0600);
  EXPECT_EQ(mode_of(state->database.string() + "-wal"), 0600);
}

TEST(Durability, unfinished_media_is_removed_at_a_start_and_finished_media_is_kept) {
  Scratch scratch;
  const auto spool = scratch / "state/spool";
  std::filesystem::create_directories(spool);
  for (const char* name : {"j-1-1.png", "j-2-1.mp4.part", "j-2-1.thumb.jpg.part"}) std::ofstream(spool / name) << "x";
  const auto state = open_state(scratch / "state");
  ASSERT_TRUE(state) << state.error().message;
  const std::filesystem::directory_iterator left(spool);
  EXPECT_EQ(left->path().filename(), "j-1-1.png");
  EXPECT_EQ(std::distance(begin(left), end(left)), 1);
}

TEST(Durability, a_second_daemon_removes_nothing_of_the_first) {
  Scratch scratch;
  const auto first = open_state(scratch / "state");
  ASSERT_TRUE(first);
  const auto part = first->spool / "j-1-1.png.part";
  std::ofstream(part) << "half";
  EXPECT_FALSE(open_state(scratch / "state"));
  EXPECT_TRUE(std::filesystem::exists(part));
}

TEST(Durability, a_busy_database_is_unreachable_for_now_and_nothing_is_written) {
  Scratch scratch;
  auto store = open_store(scratch / "malin.db");
  {
    SQLite::Database other((scratch / "malin.db").string(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN IMMEDIATE");
    const auto refused = ask(store->commit({plain_job(1)}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unreachable);
    EXPECT_TRUE(ask(store->load())) << "readers are not held up by a writer";
  }
  EXPECT_TRUE(ask(store->commit({plain_job(1)})));
}

// No file may grow beyond what it has now: the kernel then fails writes as a full disk does.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(Durability, a_full_disk_is_unreachable_for_now_and_nothing_is_lost) {
  Scratch scratch;
  const auto file = scratch / "malin.db";
  auto store = open_store(file);
  ASSERT_TRUE(ask(store->commit({plain_job(1), plain_event("kept")})));
  PutJob large = plain_job(2);
  large.job.prompt = std::string(1 << 20, 'x');
  {
    FullDisk full(256 << 10);
    const auto refused = ask(store->commit({plain_event("lost"), large}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unreachable) << refused.error().message;
    EXPECT_EQ(ask(store->load())->jobs.size(), 1u);
  }
  EXPECT_TRUE(ask(store->commit({large}))) << "works again once there is room";
  store = open_store(file);
  EXPECT_EQ(ask(store->load())->jobs.size(), 2u);
  EXPECT_EQ(ask(store->events(0, 10))->size(), 1u);
}

// As another user, because root may write everywhere; in a child, so that the tests stay who they are.
TEST(Durability, a_folder_that_cannot_be_written_is_unreachable) {
  Scratch scratch;
  const pid_t child = ::fork();
  if (child == 0) {
    ::chmod(scratch.path().c_str(), 0555);
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
    const auto state = open_state(scratch / "state");
    const auto store = SqliteStore::open(scratch / "malin.db");
    const bool right =
        !state && state.error().code == Errc::unreachable && !store && store.error().code == Errc::unreachable;
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::chmod(scratch.path().c_str(), 0700);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Schema, a_database_of_a_newer_malin_is_refused_and_left_as_it_is) {
  Scratch scratch;
  const auto file = scratch / "malin.db";
  ASSERT_TRUE(ask(open_store(file)->commit({plain_job(1)})));
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version = " + std::to_string(adapters::schema_version() + 1));
  const auto refused = SqliteStore::open(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_TRUE(refused.error().message.contains("newer malin")) << refused.error().message;
}

// As the first Malin left it: without what the second step added.
TEST(Schema, a_database_of_the_first_malin_is_brought_forward_with_all_that_it_holds) {
  Scratch scratch;
  const auto file = scratch / "malin.db";
  const PutProfile brain{{.sense = "brain", .resident = {.model = "big"}, .footprint = gibibytes(19)}};
  ASSERT_TRUE(ask(open_store(file)->commit({plain_job(1), brain})));
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("ALTER TABLE profiles DROP COLUMN load_time_ms; DROP TABLE footprints; PRAGMA user_version = 1");
  auto store = open_store(file);
  const auto ledger = ask(store->load());
  ASSERT_TRUE(ledger);
  EXPECT_EQ(ledger->jobs.at("j-1"), plain_job(1).job);
  EXPECT_EQ(ledger->profiles.at("brain"), brain.profile);
  EXPECT_TRUE(ledger->footprints.empty());
  const PutFootprint selfie{{.name = "selfie", .peaks = {{gibibytes(5), gibibytes(7)}}, .runs = 1}};
  ASSERT_TRUE(ask(store->commit({selfie})));
  EXPECT_EQ(ask(store->load())->footprints.at("selfie"), selfie.footprint);
}

TEST(Schema, what_is_not_our_database_is_refused) {
  Scratch scratch;
  SQLite::Database((scratch / "other.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE songs (name TEXT)");
  EXPECT_EQ(SqliteStore::open(scratch / "other.db").error().code, Errc::refused);
  std::ofstream(scratch / "noise.db") << std::string(8192, '?');
  EXPECT_EQ(SqliteStore::open(scratch / "noise.db").error().code, Errc::refused);
}

TEST(Schema, a_file_says_whose_it_is_and_how_new) {
  Scratch scratch;
  PutWindow window{{.id = 1}};
  ASSERT_TRUE(ask(open_store(scratch / "malin.db")->commit({window})));
  SQLite::Database raw((scratch / "malin.db").string(), SQLite::OPEN_READWRITE);
  EXPECT_EQ(raw.execAndGet("PRAGMA application_id").getInt(), adapters::application_id);
  EXPECT_EQ(raw.execAndGet("PRAGMA user_version").getInt(), adapters::schema_version());
  EXPECT_EQ(raw.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_ANY_THROW(
      raw.exec("UPDATE settings SET swap_enabled = 'yes'; INSERT INTO settings (swap_enabled) VALUES (7)"));
  EXPECT_EQ(raw.exec("UPDATE windows SET phase = 'closed'"), 1);
  EXPECT_ANY_THROW(raw.exec("UPDATE windows SET phase = 'open'"));
  EXPECT_ANY_THROW(raw.exec("UPDATE windows SET repairs = -1"));
}

}  // namespace
}  // namespace malin::testing
