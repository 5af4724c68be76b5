// A whole daemon on fakes: what it does outside, and in which order.
#include <gtest/gtest.h>

#include "control/fake_outside.hpp"

namespace malin::control {
namespace {

using malin::testing::Home;
using malin::testing::make_config;

TEST(Window, whoever_is_there_at_the_start_is_adopted_and_never_loaded_again) {
  Home home;
  home.start();
  ASSERT_TRUE(home.run_until_green());
  EXPECT_FALSE(home.journal.has("load brain"));
  EXPECT_FALSE(home.journal.has("load vision"));
  EXPECT_TRUE(home.journal.has("token brain"));
  EXPECT_EQ(home.store.ledger.profiles.at("brain").resident.load_config, "{\"gpu\":1}");
}

TEST(Window, a_missing_sense_is_loaded_as_it_was_when_it_was_last_seen) {
  Home home;
  home.start();
  ASSERT_TRUE(home.run_until_green());
  home.engine.drop("brain");
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("load brain"); }));
  ASSERT_TRUE(home.run_until_green());
  EXPECT_EQ(home.engine.find("brain")->load_config, "{\"gpu\":1}");
}

TEST(Window, a_selfie_makes_room_is_rendered_and_delivered_and_everyone_comes_back_as_before) {
  Home home;
  home.start();
  ASSERT_TRUE(home.run_until_green());
  const std::string before = home.engine.find("vision")->load_config;
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(home.job("j-1").state, JobState::delivered) << home.job("j-1").reason;
  const auto& journal = home.journal;
  const std::vector<std::string> story{"commit absence vision", "unload vision", "render selfie", "release",
                                       "commit return vision",  "load vision",   "token vision"};
  std::size_t at = 0;
  for (const std::string& line : story) {
    const std::size_t found = journal.find(line, at);
    ASSERT_LT(found, journal.lines().size()) << line << " after line " << at;
    at = found;
  }
  EXPECT_EQ(journal.count("unload vision"), 1);
  EXPECT_EQ(journal.count("render selfie"), 1);
  EXPECT_FALSE(journal.has("unload brain"));
  EXPECT_EQ(journal.count("deliver"), 1);
  EXPECT_EQ(home.engine.find("vision")->load_config, before);
  const Window& window = home.store.ledger.windows.at(1);
  EXPECT_EQ(window.restored_exactly, true);
  EXPECT_TRUE(window.leaves.at("vision").back_at);
  EXPECT_EQ(home.glow(), Glow::green);
}

TEST(Window, a_render_that_fits_opens_none) {
  Home home;
  home.gpu.total = gibibytes(40);
  home.start();
  ASSERT_TRUE(home.run_until_green());
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(home.job("j-1").state, JobState::delivered);
  EXPECT_TRUE(home.store.ledger.windows.empty());
  EXPECT_FALSE(home.journal.has("unload vision"));
}

TEST(Window, no_unload_is_sent_while_the_disk_takes_no_commit_but_a_missing_sense_is_still_loaded) {
  Home home;
  home.start();
  ASSERT_TRUE(home.run_until_green());
  ASSERT_TRUE(home.submit("selfie"));
  home.store.fail_next("commit", Errc::unreachable, 1'000);
  home.pass(std::chrono::minutes(2));
  EXPECT_FALSE(home.journal.has("unload vision"));
  EXPECT_FALSE(home.is_window_open());
  home.engine.drop("brain");
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("load over brain"); }, std::chrono::seconds(30)));
  EXPECT_LT(home.store.calls("commit"), 30);  // It does not hammer the disk.
  const int rounds = home.rounds;
  home.pass(std::chrono::minutes(1));
  EXPECT_GE(home.rounds, rounds + 6) << "the watchdog would think that the loop hangs";
  EXPECT_LE(home.clock.now() - home.controller->last_progress(), std::chrono::seconds(10));
  home.store.set_well();
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(home.job("j-1").state, JobState::delivered);
}

TEST(Window, stopping_cancels_what_runs_and_the_next_start_goes_on) {
  Home home;
  home.engine.load_takes = std::chrono::seconds(30);
  home.engine.drop("brain");
  home.start();
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("load brain"); }));
  EXPECT_FALSE(home.journal.has("load over brain"));
  ASSERT_TRUE(home.stop());  // At this very moment.
  EXPECT_TRUE(home.journal.has("load over brain"));
  EXPECT_EQ(home.engine.find("brain"), nullptr);
}

TEST(Window, the_loop_comes_round_often_enough_for_a_watchdog_and_does_nothing_else_at_rest) {
  Home home;
  home.config.swap.slow_probe = std::chrono::hours(1);
  home.start();
  ASSERT_TRUE(home.run_until_green());
  home.pass(std::chrono::seconds(5));
  const int commits = home.store.commits;
  const int rounds = home.rounds;
  home.pass(std::chrono::minutes(10));
  EXPECT_GE(home.rounds, rounds + 59);
  EXPECT_LE(home.rounds, rounds + 70);
  EXPECT_EQ(home.store.commits, commits);
}

TEST(Window, what_belongs_to_a_job_that_is_over_is_forgotten) {
  Home home;
  home.start();
  ASSERT_TRUE(home.run_until_green());
  for (const char* id : {"j-1", "j-2", "j-3"}) {
    ASSERT_TRUE(home.submit("selfie"));
    ASSERT_TRUE(home.run_until_over(id));
  }
  const Observation& seen = home.controller->situation().seen;
  EXPECT_TRUE(seen.renders.empty());
  EXPECT_TRUE(seen.collected.empty());
  EXPECT_TRUE(seen.sent.empty());
  for (const auto& [key, attempts] : seen.attempts) EXPECT_EQ(key.find("j-"), std::string::npos) << key;
}

TEST(Window, swapping_off_in_the_middle_brings_everyone_back_and_unloads_nobody_any_more) {
  Home home;
  home.start();
  ASSERT_TRUE(home.run_until_green());
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  ASSERT_TRUE(home.finish(home.controller->set_swap(false)));
  const int unloads = home.journal.count("unload vision");
  ASSERT_TRUE(home.run_until_green());
  home.pass(std::chrono::minutes(30));
  EXPECT_EQ(home.journal.count("unload vision"), unloads);
  EXPECT_EQ(home.job("j-1").state, JobState::queued);
  EXPECT_NE(home.controller->waits().at("j-1").find("swapping is off"), std::string::npos);
}

}  // namespace
}  // namespace malin::control
