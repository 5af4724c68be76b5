#include "adapters/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <tuple>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include "adapters/sqlite/scratch.hpp"

namespace malin::testing {
namespace {

TEST(SqliteStore, an_empty_file_becomes_an_empty_ledger) {
  Scratch scratch;
  auto store = open_store(scratch / "malin.db");
  const auto ledger = ask(store->load());
  ASSERT_TRUE(ledger);
  EXPECT_TRUE(ledger->jobs.empty());
  EXPECT_TRUE(ledger->settings.swap_enabled);
  EXPECT_EQ(ledger->next_job, 1);
  EXPECT_EQ(ledger->next_window, 1);
  EXPECT_EQ(ledger->next_outbox, 1);
  EXPECT_EQ(ledger->last_event, 0);
}

// Sixty ledgers of random rows; each is written, then written over, then read by another Store on the same file.
TEST(SqliteStore, every_member_of_every_row_comes_back_as_it_was_put) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Scratch scratch;
    Draw draw(seed);
    Ledger expected;
    for (int round = 0; round < 2; ++round) {
      Changes changes;
      changes.push_back(PutSettings{draw.settings()});
      for (int n = 1; n <= 4; ++n) {
        const std::string sense = "sense " + std::to_string(n);
        changes.push_back(PutOutbox{draw.outbox(n, n == 4 ? "" : "j-" + std::to_string(n))});
        changes.push_back(PutAbsence{draw.absence(sense, n == 4 ? 0 : n)});
        changes.push_back(PutJob{draw.job(n)});
        changes.push_back(PutWindow{draw.window(n)});
        changes.push_back(PutProfile{draw.profile(sense)});
        changes.push_back(PutFootprint{draw.footprint(sense)});
      }
      changes.push_back(DropAbsence{"sense 3"});
      changes.push_back(DropFootprint{"sense 3"});
      malin::apply(expected, changes);
      ASSERT_TRUE(ask(open_store(scratch / "malin.db")->commit(changes)));
    }
    const auto ledger = ask(open_store(scratch / "malin.db")->load());
    ASSERT_TRUE(ledger);
    EXPECT_EQ(ledger->jobs, expected.jobs);
    EXPECT_EQ(ledger->windows, expected.windows);
    EXPECT_EQ(ledger->absences, expected.absences);
    EXPECT_EQ(ledger->profiles, expected.profiles);
    EXPECT_EQ(ledger->footprints, expected.footprints);
    EXPECT_EQ(ledger->outbox, expected.outbox);
    EXPECT_EQ(ledger->settings, expected.settings);
    EXPECT_EQ(ledger->next_job, 5);
    EXPECT_EQ(ledger->next_window, 5);
    EXPECT_EQ(ledger->next_outbox, 5);
  }
}

TEST(SqliteStore, every_member_of_every_event_comes_back_as_it_was_added) {
  Scratch scratch;
  Draw draw(1);
  std::vector<Event> expected;
  Changes changes;
  for (int n = 1; n <= 60; ++n) {
    expected.push_back(draw.event());
    changes.push_back(AddEvent{expected.back()});
    expected.back().id = n;
  }
  ASSERT_TRUE(ask(open_store(scratch / "malin.db")->commit(changes)));
  auto store = open_store(scratch / "malin.db");
  const auto events = ask(store->events(0, 100));
  ASSERT_TRUE(events);
  const auto members = [](const Event& event) {
    const auto& [id, at, kind, subject, text] = event;
    return std::tuple(id, at, kind, subject, text);
  };
  EXPECT_TRUE(std::ranges::equal(*events, expected, {}, members, members));
  EXPECT_EQ(ask(store->load())->last_event, 60);
}

// A sense that answers wrongly is sent away and loaded afresh without a swap: no window has to exist for that.
TEST(SqliteStore, an_absence_may_belong_to_no_window) {
  Scratch scratch;
  const PutAbsence repair{{.sense = "brain", .resident = {.model = "big"}, .since = from_unix_ms(5)}};
  ASSERT_TRUE(ask(open_store(scratch / "malin.db")->commit({repair})));
  const auto ledger = ask(open_store(scratch / "malin.db")->load());
  ASSERT_TRUE(ledger);
  EXPECT_EQ(ledger->absences.at("brain"), repair.absence);
}

TEST(SqliteStore, a_row_that_the_schema_forbids_takes_its_whole_commit_with_it) {
  Scratch scratch;
  auto store = open_store(scratch / "malin.db");
  ASSERT_TRUE(ask(store->commit({plain_job(1)})));

  PutJob impossible = plain_job(3);
  impossible.job.attempts = -1;
  EXPECT_THROW(ask(store->commit({plain_job(2), plain_event("lost"), impossible})), SQLite::Exception);
  PutAbsence orphan{{.sense = "brain", .window = 77}};
  EXPECT_THROW(ask(store->commit({plain_job(2), orphan})), SQLite::Exception);
  PutJob twin = plain_job(4);
  twin.job.key = "same";
  PutJob other_twin = plain_job(5);
  other_twin.job.key = "same";
  EXPECT_THROW(ask(store->commit({twin, other_twin})), SQLite::Exception);

  const auto ledger = ask(store->load());
  ASSERT_TRUE(ledger);
  EXPECT_EQ(ledger->jobs.size(), 1u);
  EXPECT_TRUE(ledger->absences.empty());
  EXPECT_TRUE(ask(store->events(0, 10))->empty());
  EXPECT_TRUE(ask(store->commit({plain_job(2)}))) << "the store goes on afterwards";
}

TEST(SqliteStore, events_get_increasing_ids_in_order_and_only_the_newest_ten_thousand_stay) {
  Scratch scratch;
  auto store = open_store(scratch / "malin.db");
  const auto first = ask(store->commit({plain_event("a"), plain_job(1), plain_event("b")}));
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, (std::vector<std::int64_t>{1, 2}));

  Changes many(9'999, plain_event("many"));
  ASSERT_TRUE(ask(store->commit(many)));
  const auto oldest = ask(store->events(0, 3));
  ASSERT_TRUE(oldest);
  ASSERT_EQ(oldest->size(), 3u);
  EXPECT_EQ(oldest->front().id, 2) << "10,001 were written";
  EXPECT_EQ(oldest->front().text, "b");
  EXPECT_EQ(ask(store->events(0, 20'000))->size(), 10'000u);
  EXPECT_EQ(ask(store->events(10'000, 20'000))->front().id, 10'001);
  store.reset();
  EXPECT_EQ(*ask(open_store(scratch / "malin.db")->commit({plain_event("c")})), std::vector<std::int64_t>{10'002});
}

// 250 jobs that are over, 3 that are not, and the like for windows: old ones stay on disk and keep counting.
TEST(SqliteStore, load_gives_what_is_open_and_the_newest_hundred_of_the_rest) {
  Scratch scratch;
  auto store = open_store(scratch / "malin.db");
  Changes changes;
  for (int n = 1; n <= 253; ++n) {
    PutJob job = plain_job(n);
    if (n > 3) job.job.state = JobState::delivered;
    changes.push_back(job);
    PutWindow window{{.id = n, .card = "gpu0"}};
    if (n != 5) window.window.phase = WindowPhase::closed;
    changes.push_back(window);
    PutOutbox item{{.id = n, .job = job.job.id}};
    if (n != 7) item.item.state = OutboxState::settled;
    changes.push_back(item);
  }
  ASSERT_TRUE(ask(store->commit(changes)));
  const auto ledger = ask(store->load());
  ASSERT_TRUE(ledger);
  EXPECT_EQ(ledger->jobs.size(), 103u);
  EXPECT_TRUE(ledger->jobs.contains("j-1"));
  EXPECT_TRUE(ledger->jobs.contains("j-154"));
  EXPECT_FALSE(ledger->jobs.contains("j-153"));
  EXPECT_EQ(ledger->windows.size(), 101u);
  EXPECT_TRUE(ledger->windows.contains(5));
  EXPECT_EQ(ledger->outbox.size(), 1u);
  EXPECT_EQ(ledger->next_job, 254);
  EXPECT_EQ(ledger->next_window, 254);
  EXPECT_EQ(ledger->next_outbox, 254);

  EXPECT_EQ(ask(store->job("j-9"))->id, "j-9") << "any job, however old";
  EXPECT_EQ(ask(store->job("j-999")).error().code, Errc::not_found);
  const auto newest = ask(store->jobs(2));
  ASSERT_EQ(newest->size(), 2u);
  EXPECT_EQ(newest->front().id, "j-253");
}

TEST(SqliteStore, a_job_is_found_by_its_key_and_the_empty_key_is_nobodys) {
  Scratch scratch;
  auto store = open_store(scratch / "malin.db");
  PutJob keyed = plain_job(2);
  keyed.job.key = "from the phone";
  ASSERT_TRUE(ask(store->commit({plain_job(1), keyed, plain_job(3)})));
  EXPECT_EQ(ask(store->job_by_key("from the phone"))->id, "j-2");
  EXPECT_EQ(ask(store->job_by_key("")).error().code, Errc::not_found);
  EXPECT_EQ(ask(store->job_by_key("other")).error().code, Errc::not_found);
}

Task<void> commit_in_a_row(adapters::SqliteStore& store, int from, int count, int& done) {
  for (int n = from; n < from + count; ++n) {
    Changes changes{plain_job(n)};
    const auto committed = co_await store.commit(std::move(changes));
    if (committed) ++done;
  }
}

TEST(SqliteStore, callers_at_the_same_time_are_served_one_after_another_on_their_own_thread) {
  Scratch scratch;
  auto store = open_store(scratch / "malin.db");
  boost::asio::io_context io;
  int done = 0;
  for (int caller = 0; caller < 8; ++caller) {
    boost::asio::co_spawn(io, commit_in_a_row(*store, caller * 20 + 1, 20, done), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
  }
  EXPECT_TRUE(run_until(io, [&] { return done == 160; }, std::chrono::seconds(20)));
  EXPECT_EQ(ask(store->load())->jobs.size(), 160u);
}

TEST(SqliteStore, a_context_that_goes_away_mid_commit_leaves_no_trace_but_the_commit) {
  Scratch scratch;
  int done = 0;
  {
    boost::asio::io_context io;
    auto store = open_store(scratch / "malin.db");
    boost::asio::co_spawn(io, commit_in_a_row(*store, 1, 20, done), [](std::exception_ptr) {});
    ASSERT_TRUE(run_until(io, [&] { return done == 3; }));
  }
  const auto ledger = ask(open_store(scratch / "malin.db")->load());
  ASSERT_TRUE(ledger);
  EXPECT_GE(ledger->jobs.size(), 3u);
  EXPECT_LE(ledger->jobs.size(), 4u) << "one was on its way";
}

}  // namespace
}  // namespace malin::testing
