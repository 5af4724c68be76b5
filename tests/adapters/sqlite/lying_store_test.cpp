// A store that lies: the production store on a disk that fails at every call in turn, and loses power at every moment.
// Each time the database must open, be sound, and hold every acknowledged commit in full and no commit in half.
#include <cstdio>

#include <SQLiteCpp/Database.h>

#include "adapters/sqlite/ledger_story.hpp"
#include "adapters/sqlite/lying_vfs.hpp"
#include "adapters/sqlite/scratch.hpp"

namespace malin::testing {
namespace {

using adapters::SqliteStore;

constexpr const char* database = "/malin.db";
constexpr int lives = 2;
constexpr int checkpoint_pages = 8;

int checkpoint_often(sqlite3* connection, char**, const sqlite3_api_routines*) {
  return sqlite3_wal_autocheckpoint(connection, checkpoint_pages);
}

// Small logs, so that a short story folds them into the database and begins them anew many times.
class LyingStore : public ::testing::Test {
 protected:
  void SetUp() override { sqlite3_auto_extension(reinterpret_cast<void (*)()>(checkpoint_often)); }
  void TearDown() override { sqlite3_reset_auto_extension(); }

  // How many of the story's commits the store holds; -1: no whole number of them.
  static int commits_in(SqliteStore& store, const LedgerStory& story) {
    const auto ledger = ask(store.load());
    const auto events = ask(store.events(0, 1000));
    if (!ledger || !events) return -1;
    std::vector<std::string> texts;
    for (const Event& event : *events) texts.push_back(event.text);
    for (int count = 0; count < std::ssize(story.told()); ++count) {
      const Told& told = story.told()[static_cast<std::size_t>(count)];
      if (is_same(*ledger, told.ledger) && texts == told.events) return count;
    }
    return -1;
  }

  // Opens what is left on a disk: sound, with at least `least` commits and at most `most`, and ready for the next.
  void reopen(const DiskImage& disk, const LedgerStory& story, int least, int most) {
    ++reopened_;
    LyingVfs vfs(disk);
    {
      auto store = SqliteStore::open(database);
      ASSERT_TRUE(store) << store.error().message;
      const int held = commits_in(**store, story);
      ASSERT_GE(held, least);
      ASSERT_LE(held, most);
      if (held < std::ssize(story.commits())) {
        const Changes next = story.commits()[static_cast<std::size_t>(held)];
        ASSERT_TRUE(ask((*store)->commit(next)));
      }
    }
    SQLite::Database raw(database, SQLite::OPEN_READONLY);
    ASSERT_EQ(raw.execAndGet("PRAGMA integrity_check").getString(), "ok");
  }

  void fail_each_call(Fault fault, int stride);

  int reopened_ = 0;
};

std::unique_ptr<SqliteStore> open_at_last(LyingVfs& vfs) {
  for (int attempt = 1; attempt <= 3; ++attempt) {
    auto store = SqliteStore::open(database);
    if (store) return std::move(*store);
    EXPECT_EQ(store.error().code, Errc::unreachable) << store.error().message;
    if (attempt == 2) vfs.heal();
  }
  ADD_FAILURE() << "does not open on a disk that is well again";
  return nullptr;
}

// The disk at some time, and the number of commits that had been acknowledged then.
struct Moment {
  DiskImage disk;
  int acknowledged;
};

// Lives the story through and counts what is `done`; whatever is refused is tried again, and before the third try the
// disk is well again.
void live(LyingVfs& vfs, const LedgerStory& story, int& done, std::vector<Moment>& refusals) {
  const int commits = static_cast<int>(std::ssize(story.commits()));
  for (int life = 1; life <= lives; ++life) {
    auto store = open_at_last(vfs);
    ASSERT_TRUE(store);
    for (int attempt = 1; done < commits * life / lives;) {
      const Changes next = story.commits()[static_cast<std::size_t>(done)];
      const auto committed = ask(store->commit(next));
      if (committed) {
        ++done;
        attempt = 1;
        continue;
      }
      ASSERT_EQ(committed.error().code, Errc::unreachable) << committed.error().message;
      refusals.push_back({vfs.disk(), done});
      if (++attempt == 3) vfs.heal();
      ASSERT_LE(attempt, 3) << "refused on a disk that is well again";
      if (const auto ledger = ask(store->load())) {
        EXPECT_TRUE(is_same(*ledger, story.told()[static_cast<std::size_t>(done)].ledger))
            << "a refused commit is there";
      } else {
        EXPECT_EQ(ledger.error().code, Errc::unreachable);
      }
    }
  }
}

// The whole story once for each call (or every `stride`th), from which on `fault` happens.
void LyingStore::fail_each_call(Fault fault, int stride) {
  const LedgerStory story(1, 2);
  const int commits = static_cast<int>(std::ssize(story.commits()));
  long long runs = 0, failed = 0, refused = 0;
  for (long long call = 1;; call += stride, ++runs) {
    SCOPED_TRACE(std::string(to_string(fault)) + " at call " + std::to_string(call));
    LyingVfs vfs;
    vfs.plan(fault, call);
    std::vector<Moment> refusals;
    int done = 0;
    ASSERT_NO_THROW(live(vfs, story, done, refusals));
    const auto seed = static_cast<std::uint64_t>(call);
    for (const auto& [disk, acknowledged] : refusals) {
      const bool is_kill = (call + refused++) % 2 == 0;
      reopen(is_kill ? disk.after_kill() : disk.after_power_loss(seed), story, acknowledged, acknowledged + 1);
    }
    reopen(vfs.disk().after_power_loss(seed), story, commits, commits);
    if (HasFailure()) return;
    if (vfs.failed() == 0) break;  // The story is over before that call.
    failed += vfs.failed();
  }
  std::printf("%s: %lld runs, %lld calls failed, %lld commits refused, %d disks reopened\n", to_string(fault), runs,
              failed, refused, reopened_);
}

TEST_F(LyingStore, whichever_call_fails_no_commit_is_lost_halved_or_denied) { fail_each_call(Fault::error, 1); }
TEST_F(LyingStore, whichever_call_is_half_done_no_commit_is_lost_halved_or_denied) { fail_each_call(Fault::half, 1); }
// What lasts from a call on differs little from what lasts from the next on.
TEST_F(LyingStore, whenever_the_disk_is_full_no_commit_is_lost_halved_or_denied) { fail_each_call(Fault::full, 7); }
TEST_F(LyingStore, whenever_the_disk_goes_away_no_commit_is_lost_halved_or_denied) {
  fail_each_call(Fault::unplugged, 7);
}

TEST_F(LyingStore, whenever_the_power_goes_every_acknowledged_commit_is_there_in_full) {
  constexpr std::uint64_t seeds = 3;
  const LedgerStory story(1, 2);
  std::vector<Moment> moments;
  LyingVfs vfs;
  int done = 0;
  vfs.before_change = [&] { moments.push_back({vfs.disk(), done}); };
  std::vector<Moment> refusals;
  live(vfs, story, done, refusals);
  moments.push_back({vfs.disk(), done});
  for (std::size_t moment = 1; moment < moments.size(); ++moment) {
    SCOPED_TRACE("after change " + std::to_string(moment));
    const auto& [disk, acknowledged] = moments[moment];
    reopen(disk.after_kill(), story, acknowledged, acknowledged + 1);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      reopen(disk.after_power_loss(seed * 1000 + moment), story, acknowledged, acknowledged + 1);
    }
    if (HasFailure()) return;
  }
  std::printf("power: %zu changes, %zu losses, %d disks reopened\n", moments.size() - 1, (moments.size() - 1) * seeds,
              reopened_);
}

// The proof that a lost commit is seen: the same story on a disk that only says that it synced.
TEST_F(LyingStore, a_disk_that_only_says_that_it_synced_loses_what_was_acknowledged) {
  const LedgerStory story(1, 2);
  LyingVfs vfs;
  auto store = SqliteStore::open(database);
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_TRUE(ask((*store)->commit(story.commits()[0])));
  vfs.plan(Fault::deaf, vfs.calls() + 1);
  for (int n = 1; n <= 3; ++n) ASSERT_TRUE(ask((*store)->commit(story.commits()[static_cast<std::size_t>(n)])));
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    LyingVfs next(vfs.disk().after_power_loss(seed));
    const auto after = SqliteStore::open(database);
    if (!after || commits_in(**after, story) < 4) ++lost;
  }
  EXPECT_GE(lost, 10);
}

}  // namespace
}  // namespace malin::testing
