// The whole heart, end to end, in the fake home.
#include <gtest/gtest.h>

#include "core/fake_expect.hpp"

namespace malin::fake {
namespace {

TEST(Scenarios, an_empty_evening_needs_nothing) {
  World world;
  expect_good_end(world, {});
  EXPECT_EQ(world.outside.loads + world.outside.unloads, 0);
  EXPECT_TRUE(world.outside.messages.empty());
}

TEST(Scenarios, from_an_empty_card_everyone_is_loaded_the_most_missed_first) {
  World world;
  world.outside.residents.clear();
  EXPECT_TRUE(world.run_until([&] { return world.is_running("load "); }, 30s));
  EXPECT_TRUE(world.is_running("load brain"));
  EXPECT_TRUE(world.run_until_rest(60s));
  expect_good_end(world, {});
  EXPECT_EQ(world.outside.loads, 3);
}

TEST(Scenarios, a_selfie_sends_the_eyes_away_and_brings_them_back) {
  World world;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.is_in(WindowPhase::rendering); }, 30s)) << world.log;
  EXPECT_EQ(world.state("vision"), SenseState::away);
  EXPECT_EQ(world.state("brain"), SenseState::ready);
  EXPECT_TRUE(world.run_until_rest(120s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.outside.unloads, 1);
  EXPECT_EQ(world.outside.loads, 1);
  EXPECT_EQ(world.outside.runs, 1);
  const Window& window = world.ledger.windows.at(1);
  EXPECT_EQ(window.restored_exactly, true);
  ASSERT_TRUE(window.leaves.contains("vision"));
  EXPECT_TRUE(window.leaves.at("vision").back_at.has_value());
  EXPECT_NE(world.log.find("vision is back, after"), std::string::npos) << world.log;
  ASSERT_EQ(world.outside.messages.size(), 1u);
  EXPECT_EQ(world.outside.messages.at(1).edits, 2);
}

TEST(Scenarios, a_video_sends_the_cheapest_set_away) {
  World world;
  const JobId id = world.submit("video");
  EXPECT_TRUE(world.run_until_rest(120s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.ledger.windows.at(1).evicted, std::vector<std::string>{"brain"});
}

TEST(Scenarios, two_jobs_share_one_window) {
  World world;
  const JobId one = world.submit("selfie");
  const JobId two = world.submit("selfie");
  EXPECT_TRUE(world.run_until_rest(120s)) << world.log;
  expect_good_end(world, {one, two});
  EXPECT_EQ(world.ledger.windows.size(), 1u);
  EXPECT_EQ(world.ledger.windows.at(1).jobs, (std::vector<JobId>{one, two}));
  EXPECT_EQ(world.outside.unloads, 1);
}

TEST(Scenarios, a_selfie_after_a_video_is_taken_in_its_window) {
  World world;
  const JobId one = world.submit("video");
  const JobId two = world.submit("selfie");
  EXPECT_TRUE(world.run_until_rest(180s)) << world.log;
  expect_good_end(world, {one, two});
  EXPECT_EQ(world.ledger.windows.size(), 1u);
}

TEST(Scenarios, who_is_not_needed_away_any_more_comes_back_before_the_next_render) {
  Config config = home();
  config.kinds[1].evict = std::vector<std::string>{"brain", "vision"};
  World world(config);
  const JobId one = world.submit("video");
  const JobId two = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.job(two).state == JobState::rendering; }, 120s)) << world.log;
  EXPECT_EQ(world.state("brain"), SenseState::ready);
  EXPECT_EQ(world.state("vision"), SenseState::away);
  EXPECT_TRUE(world.window()->leaves.at("brain").back_at.has_value());
  EXPECT_FALSE(world.window()->leaves.at("vision").back_at.has_value());
  EXPECT_TRUE(world.run_until_rest(120s)) << world.log;
  expect_good_end(world, {one, two});
  EXPECT_EQ(world.ledger.windows.size(), 1u);
  EXPECT_EQ(world.outside.unloads, 2);
}

TEST(Scenarios, a_sense_stays_away_while_a_later_job_still_needs_it) {
  Config config = home();
  config.kinds[1].evict = std::vector<std::string>{"brain", "vision"};
  World world(config);
  const std::vector<JobId> jobs{world.submit("video"), world.submit("selfie"), world.submit("video")};
  EXPECT_TRUE(world.run_until_rest(180s)) << world.log;
  expect_good_end(world, jobs);
  EXPECT_EQ(world.outside.unloads, 2);
}

TEST(Scenarios, a_render_that_finds_room_needs_no_window) {
  Config config = home();
  config.kinds[0].need = gibibytes(2);
  World world(config);
  world.outside.others = {};
  EXPECT_TRUE(world.run_until_rest(20s));
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until_rest(60s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_TRUE(world.ledger.windows.empty());
  EXPECT_LE(world.outside.held, world.config.renderers[0].rest) << "its memory was not given back";
}

TEST(Scenarios, no_window_opens_in_the_middle_of_a_turn) {
  World world;
  const JobId id = world.submit("selfie");
  world.begin_turn(40s);
  EXPECT_FALSE(world.run_until([&] { return world.window() != nullptr; }, 39s));
  world.end_turns();
  EXPECT_TRUE(world.run_until_rest(120s)) << world.log;
  expect_good_end(world, {id});
}

TEST(Scenarios, with_swapping_off_nobody_is_sent_away) {
  World world;
  world.commit(set_swap(world.ledger, false, world.now));
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until_rest(60s)) << world.log;
  EXPECT_EQ(world.job(id).state, JobState::queued);
  EXPECT_EQ(world.outside.unloads, 0);
  world.commit(set_swap(world.ledger, true, world.now));
  EXPECT_TRUE(world.run_until_rest(60s)) << world.log;
  expect_good_end(world, {id});
}

TEST(Scenarios, switching_off_at_any_step_of_a_window_restores) {
  for (int wait = 0; wait < 200; ++wait) {
    World world;
    const JobId id = world.submit("video");
    for (int i = 0; i < wait; ++i) world.step();
    world.commit(set_swap(world.ledger, false, world.now));
    const bool is_unloading = world.is_running("unload ");
    const int unloads = world.outside.unloads;
    EXPECT_TRUE(world.run_until_rest(180s)) << wait << world.log;
    EXPECT_TRUE(world.is_all_ready()) << wait << world.log;
    EXPECT_LE(world.outside.unloads, unloads + (is_unloading ? 1 : 0));
    world.commit(set_swap(world.ledger, true, world.now));
    EXPECT_TRUE(world.run_until_rest(180s)) << wait << world.log;
    expect_good_end(world, {id});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Scenarios, calling_off_at_any_step_restores_and_the_job_is_done_later) {
  for (int wait = 0; wait < 200; ++wait) {
    World world;
    const JobId id = world.submit("selfie");
    for (int i = 0; i < wait; ++i) world.step();
    if (const auto changes = abort_swap(world.config, world.ledger, world.now)) {
      world.commit(*changes);
      const TimePoint hold = world.now + world.config.swap.abort_hold;
      EXPECT_TRUE(world.run_until([&] { return world.window() == nullptr; }, 60s)) << wait << world.log;
      EXPECT_FALSE(world.run_until([&] { return world.window() != nullptr; }, hold - world.now - 1s)) << wait;
    }
    EXPECT_TRUE(world.run_until_done({id}, 180s)) << wait << world.log;
    expect_good_end(world, {id});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Scenarios, a_job_can_be_cancelled_at_any_step) {
  for (int wait = 0; wait < 200; ++wait) {
    World world;
    const JobId id = world.submit("selfie");
    for (int i = 0; i < wait; ++i) world.step();
    const auto changes = cancel_job(world.ledger, id, world.now);
    if (changes) world.commit(*changes);
    EXPECT_TRUE(world.run_until_rest(180s)) << wait << world.log;
    expect_good_end(world, {});
    EXPECT_EQ(world.job(id).state, changes ? JobState::cancelled : JobState::delivered) << wait;
    EXPECT_EQ(world.outside.running(), nullptr);
    for (const auto& [message, sent] : world.outside.messages)
      EXPECT_TRUE(!changes || sent.text == "Never mind, I was asked not to.") << wait << world.log;
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Scenarios, asking_one_sense_back_calls_its_window_off) {
  World world;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.outside.running() != nullptr; }, 60s)) << world.log;
  const auto changes = restore_sense(world.config, world.ledger, "vision", world.now);
  ASSERT_TRUE(changes);
  world.commit(*changes);
  EXPECT_TRUE(world.run_until([&] { return world.is_all_ready(); }, 15s)) << world.log;
  EXPECT_TRUE(world.run_until_done({id}, 180s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.ledger.windows.at(1).reason, "vision was asked back");
}

}  // namespace
}  // namespace malin::fake
