// What goes wrong outside, one thing at a time: everyone comes back, and the jobs end well or with a reason.
#include <gtest/gtest.h>

#include "core/fake_expect.hpp"

namespace malin::fake {
namespace {

TEST(Faults, a_failed_reload_is_healed) {
  World world;
  const JobId id = world.submit("selfie");
  world.outside.failures_left["load vision"] = 2;
  EXPECT_TRUE(world.run_until_rest(180s)) << world.log;
  expect_good_end(world, {id});
}

TEST(Faults, after_three_failed_loads_the_engine_is_restarted_and_the_person_told_once) {
  World world;
  const JobId id = world.submit("selfie");
  world.outside.failures_left["load vision"] = 5;
  EXPECT_TRUE(world.run_until([&] { return world.seen.restarts.contains("lmstudio"); }, 120s)) << world.log;
  EXPECT_EQ(world.state("vision"), SenseState::failing);
  EXPECT_TRUE(world.run_until_done({id}, 300s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.outside.messages.size(), 3u) << "the selfie, the trouble, the good news";
}

TEST(Faults, an_unload_that_fails_for_ever_ends_the_window) {
  World world;
  const JobId id = world.submit("selfie");
  world.outside.failures_left["unload lmstudio vision"] = 1000;
  EXPECT_TRUE(world.run_until([&] { return world.ledger.windows.size() == 1 && !world.window(); }, 150s)) << world.log;
  EXPECT_TRUE(world.is_all_ready()) << world.log;
  EXPECT_EQ(world.job(id).state, JobState::queued);
  EXPECT_NE(world.ledger.windows.at(1).reason.find("vision did not unload: told to fail"), std::string::npos);
  world.outside.failures_left.clear();
  EXPECT_TRUE(world.run_until_done({id}, 400s)) << world.log;
  expect_good_end(world, {id});
}

TEST(Faults, memory_that_comes_late_is_waited_for) {
  World world;
  world.outside.late = 4s;
  const JobId id = world.submit("video");
  EXPECT_TRUE(world.run_until_rest(180s)) << world.log;
  expect_good_end(world, {id});
}

TEST(Faults, memory_that_does_not_come_widens_the_window) {
  World world;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.window() != nullptr; }, 30s));
  world.outside.others += tenths(3);
  EXPECT_TRUE(world.run_until_done({id}, 180s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.ledger.windows.at(1).evicted, (std::vector<std::string>{"vision", "voice"}));
}

TEST(Faults, where_nothing_makes_the_room_the_window_closes_and_says_who_holds_it) {
  Config config = home();
  config.kinds[0].may_widen = false;
  World world(config);
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.window() != nullptr; }, 30s));
  world.outside.others += tenths(3);
  EXPECT_TRUE(world.run_until([&] { return world.window() == nullptr; }, 60s)) << world.log;
  EXPECT_NE(world.job(id).reason.find("held by"), std::string::npos) << world.job(id).reason;
  world.outside.others -= tenths(3);
  EXPECT_TRUE(world.run_until_done({id}, 300s)) << world.log;
  expect_good_end(world, {id});
}

TEST(Faults, a_render_that_never_works_fails_with_a_reason_and_the_person_hears_it) {
  World world;
  const JobId id = world.submit("selfie");
  world.outside.failures_left["render"] = 100;
  EXPECT_TRUE(world.run_until_done({id}, 180s)) << world.log;
  expect_good_end(world, {});
  EXPECT_EQ(world.job(id).state, JobState::failed);
  EXPECT_EQ(world.job(id).attempts, 2) << "once more, in more room";
  EXPECT_NE(world.job(id).reason.find("for the second time"), std::string::npos) << world.job(id).reason;
  EXPECT_EQ(world.outside.messages.at(1).text, "I could not take it: " + world.job(id).reason);
}

TEST(Faults, a_render_without_end_is_interrupted_so_that_everyone_is_back_in_time) {
  Config config = home();
  config.kinds[0].render_limit = 3600s;
  World world(config);
  world.outside.render_length = 3600s;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.window() != nullptr; }, 30s));
  const TimePoint limit = world.now + config.swap.absence_limit;
  EXPECT_TRUE(world.run_until([&] { return world.window() == nullptr; }, 150s)) << world.log;
  EXPECT_LT(world.now, limit);
  EXPECT_TRUE(world.is_all_ready());
  EXPECT_TRUE(world.run_until_done({id}, 600s)) << world.log;
  EXPECT_EQ(world.job(id).reason, "the senses had to come back (3 attempts)");
  expect_good_end(world, {});
}

TEST(Faults, a_deaf_renderer_does_not_keep_her_away) {
  World world;
  world.outside.render_length = 3600s;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.outside.running() != nullptr; }, 60s));
  world.outside.failures_left["interrupt " + world.job(id).prompt_id] = 1000;
  world.outside.is_release_deaf = true;
  EXPECT_TRUE(world.run_until([&] { return world.is_in(WindowPhase::returning); }, 120s)) << world.log;
  EXPECT_NE(world.log.find("did not give its memory back"), std::string::npos) << world.log;
  world.outside.kill_renderer();
  EXPECT_TRUE(world.run_until([&] { return world.is_all_ready() && !world.window(); }, 60s)) << world.log;
}

TEST(Faults, a_renderer_that_dies_in_a_render_is_started_and_the_render_repeated) {
  World world;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.outside.running() != nullptr; }, 60s));
  world.outside.kill_renderer();
  EXPECT_TRUE(world.run_until_done({id}, 300s)) << world.log;
  expect_good_end(world, {id});
}

TEST(Faults, a_renderer_that_stays_dead_ends_the_window) {
  for (const WindowPhase phase : {WindowPhase::making_room, WindowPhase::rendering, WindowPhase::releasing}) {
    Config config = home();
    config.renderers[0].server.can_start = config.renderers[0].server.can_restart = false;
    World world(config);
    const JobId id = world.submit("selfie");
    EXPECT_TRUE(world.run_until([&] { return world.is_in(phase); }, 60s));
    world.outside.kill_renderer();
    EXPECT_TRUE(world.run_until([&] { return world.window() == nullptr && world.is_all_ready(); }, 120s)) << world.log;
    world.outside.is_renderer_down = false;
    EXPECT_TRUE(world.run_until_done({id}, 300s)) << world.log;
    expect_good_end(world, {id});
  }
}

TEST(Faults, a_card_that_falls_off_the_bus_ends_the_window_and_everyone_comes_back) {
  for (const WindowPhase phase :
       {WindowPhase::making_room, WindowPhase::rendering, WindowPhase::releasing, WindowPhase::returning}) {
    World world;
    const JobId id = world.submit("video");
    EXPECT_TRUE(world.run_until([&] { return world.is_in(phase); }, 60s));
    world.outside.is_card_lost = true;
    EXPECT_TRUE(world.run_until([&] { return world.window() == nullptr && world.is_all_ready(); }, 200s))
        << to_string(phase) << world.log;
    world.outside.is_card_lost = false;
    EXPECT_TRUE(world.run_until_done({id}, 300s)) << world.log;
    expect_good_end(world, {id});
  }
}

TEST(Faults, an_engine_that_dies_at_any_step_of_a_window_is_started_and_everyone_comes_back) {
  for (int wait = 0; wait < 120; wait += 3) {
    World world;
    const JobId id = world.submit("selfie");
    for (int i = 0; i < wait; ++i) world.step();
    world.outside.kill_engine(world.now);
    EXPECT_TRUE(world.run_until_done({id}, 400s)) << wait << world.log;
    expect_good_end(world, {id});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Faults, an_engine_that_stays_dead_does_not_hold_the_window_open) {
  Config config = home();
  config.engines[0].server.can_start = config.engines[0].server.can_restart = false;
  World world(config);
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.outside.running() != nullptr; }, 60s));
  world.outside.kill_engine(world.now);
  EXPECT_TRUE(world.run_until([&] { return world.window() == nullptr; }, 200s)) << world.log;
  EXPECT_EQ(world.ledger.windows.at(1).restored_exactly, false);
  EXPECT_EQ(world.job(id).state, JobState::delivered);
  world.outside.is_engine_down = false;
  EXPECT_TRUE(world.run_until_rest(120s)) << world.log;
  expect_good_end(world, {id});
}

TEST(Faults, a_sense_that_answers_garbage_is_loaded_afresh) {
  World world;
  world.outside.residents.clear();
  world.outside.failures_left["probe sense brain"] = 4;
  world.outside.failure_code["probe sense brain"] = Errc::bad_reply;
  EXPECT_TRUE(world.run_until([&] { return world.outside.unloads == 1; }, 120s)) << world.log;
  EXPECT_TRUE(world.run_until([&] { return world.is_all_ready(); }, 120s)) << world.log;
  EXPECT_TRUE(world.run_until_rest(120s)) << world.log;
  expect_good_end(world, {});
}

TEST(Faults, who_comes_back_with_other_settings_is_loaded_once_more_a_few_times_at_most) {
  World world;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.is_in(WindowPhase::releasing); }, 60s));
  world.outside.changes_settings = true;
  EXPECT_TRUE(world.run_until_rest(180s)) << world.log;
  EXPECT_EQ(world.job(id).state, JobState::delivered);
  const Window& window = world.ledger.windows.at(1);
  EXPECT_EQ(window.repairs, 2);
  EXPECT_EQ(window.restored_exactly, false);
  EXPECT_EQ(window.reason, "vision came back with other settings");
  EXPECT_EQ(world.outside.loads, 3);
}

TEST(Faults, once_repaired_a_sense_counts_as_restored_exactly) {
  World world;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.is_in(WindowPhase::releasing); }, 60s));
  world.outside.changes_settings = true;
  EXPECT_TRUE(world.run_until([&] { return world.outside.loads == 1; }, 60s));
  world.outside.changes_settings = false;
  EXPECT_TRUE(world.run_until_rest(180s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.ledger.windows.at(1).restored_exactly, true);
}

TEST(Faults, lost_answers_change_nothing) {
  World world;
  const JobId id = world.submit("selfie");
  world.outside.lose_answers = true;
  EXPECT_TRUE(world.run_until_done({id}, 300s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.outside.runs, 1);
}

TEST(Faults, someone_who_loads_an_absent_sense_again_does_not_stop_the_render) {
  World world;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.outside.unloads == 1 && world.outside.free() >= gibibytes(6); }, 60s));
  world.outside.residents.push_back(resident_of(world.config.senses[1]));
  world.outside.residents.back().load_config = "{\"by\":\"someone\"}";
  EXPECT_TRUE(world.run_until_done({id}, 300s)) << world.log;
  expect_good_end(world, {id});
  EXPECT_EQ(world.outside.unloads, 2);
  EXPECT_NE(world.log.find("was loaded again by someone"), std::string::npos) << world.log;
}

TEST(Faults, a_model_that_is_no_sense_is_never_touched) {
  Config config = home();
  World world(config);
  world.outside.residents.push_back({.model = "coder", .identifier = "coder", .instance = "c", .load_config = "{}"});
  world.outside.others -= gibibytes(1);
  const JobId id = world.submit("video");
  EXPECT_TRUE(world.run_until_done({id}, 300s)) << world.log;
  EXPECT_EQ(world.job(id).state, JobState::delivered);
  ASSERT_NE(world.outside.resident("coder"), nullptr);
  EXPECT_EQ(world.outside.resident("coder")->instance, "c");
}

}  // namespace
}  // namespace malin::fake
