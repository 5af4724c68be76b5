#include "core/servers.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct ServersTest : testing::Test {
  Moment moment;
  ServerSpec& lmstudio = moment.config.engines[0].server;
  ServerSpec& comfyui = moment.config.renderers[0].server;

  Decision decide() const {
    const Situation situation = moment.situation();
    Draft draft(situation);
    keep_servers(situation, view_senses(situation), draft);
    return std::move(draft).finish();
  }
  bool starts(const std::string& server) const {
    const auto some = all_of<StartServer>(decide().actions);
    return !some.empty() && some[0].server == server;
  }
  bool restarts(const std::string& server) const {
    const auto some = all_of<RestartServer>(decide().actions);
    return !some.empty() && some[0].server == server;
  }
  template <class T>
  static void fail_since_start(Reading<T>& reading, Errc code) {
    reading.error = Error{code, ""};
    reading.failing_since = start;
    reading.failures = 1;
  }
};

TEST_F(ServersTest, what_answers_is_left_alone) {
  EXPECT_TRUE(decide().actions.empty());
  EXPECT_FALSE(decide().wake_at);
}

TEST_F(ServersTest, what_is_not_there_is_started_after_a_moment) {
  fail_since_start(moment.seen.engines["lmstudio"], Errc::unreachable);
  EXPECT_FALSE(starts("lmstudio"));
  EXPECT_EQ(decide().wake_at, start + 3s);
  moment.now += 3s;
  EXPECT_TRUE(starts("lmstudio"));
  moment.in_flight.push_back({StartServer{"lmstudio"}, moment.now});
  EXPECT_FALSE(starts("lmstudio"));
  moment.in_flight.clear();
  moment.seen.restarts["lmstudio"] = {moment.now};
  moment.now += 59s;
  EXPECT_FALSE(starts("lmstudio")) << "it has a while to come up";
  moment.now += 1s;
  EXPECT_TRUE(starts("lmstudio"));
}

TEST_F(ServersTest, what_hangs_is_restarted_after_a_longer_one) {
  fail_since_start(moment.seen.renderers["comfyui"], Errc::timeout);
  moment.now += 59s;
  EXPECT_FALSE(restarts("comfyui"));
  moment.now += 1s;
  EXPECT_TRUE(restarts("comfyui"));
  comfyui.can_restart = false;
  EXPECT_TRUE(decide().actions.empty());
}

TEST_F(ServersTest, what_cannot_be_started_is_restarted_if_it_can) {
  fail_since_start(moment.seen.engines["lmstudio"], Errc::unreachable);
  lmstudio.can_start = false;
  moment.now += 60s;
  EXPECT_TRUE(restarts("lmstudio"));
  lmstudio.can_restart = false;
  EXPECT_TRUE(decide().actions.empty());
}

TEST_F(ServersTest, there_is_a_budget_an_hour) {
  fail_since_start(moment.seen.engines["lmstudio"], Errc::unreachable);
  moment.now += 30min;
  moment.seen.restarts["lmstudio"] = {start + 1min, start + 5min, start + 10min};
  EXPECT_TRUE(decide().actions.empty());
  moment.now = start + 61min;
  EXPECT_TRUE(starts("lmstudio")) << "the oldest is forgotten after an hour";
}

TEST_F(ServersTest, a_command_that_failed_backs_off) {
  fail_since_start(moment.seen.engines["lmstudio"], Errc::unreachable);
  moment.now += 3s;
  moment.seen.attempts["start lmstudio"] = {.failures = 2, .last_at = moment.now, .error = Error{Errc::refused, ""}};
  EXPECT_FALSE(starts("lmstudio"));
  EXPECT_TRUE(decide().wake_at);
}

TEST_F(ServersTest, a_renderer_whose_worker_died_is_restarted) {
  moment.renderer().worker_dead = true;
  EXPECT_TRUE(restarts("comfyui"));
  moment.seen.restarts["comfyui"] = {start - 10s};
  EXPECT_FALSE(restarts("comfyui"));
}

TEST_F(ServersTest, an_engine_on_which_a_sense_keeps_failing_is_restarted_outside_turns) {
  moment.take_away("brain");
  moment.seen.attempts["load brain"] = {.failures = 3, .last_at = start, .error = Error{Errc::refused, "no"}};
  EXPECT_TRUE(restarts("lmstudio"));
  const Moment failing = moment;
  moment.begin_turn(5s);
  EXPECT_FALSE(restarts("lmstudio"));
  moment = failing;
  moment.in_flight.push_back({LoadSense{.sense = "vision", .engine = "lmstudio", .card = "gpu0"}, start});
  EXPECT_FALSE(restarts("lmstudio")) << "not under another load";
  moment = failing;
  moment.seen.restarts["lmstudio"] = {start - 30s};
  EXPECT_FALSE(restarts("lmstudio")) << "not again before it was tried afterwards";
  moment = failing;
  moment.seen.attempts["load brain"].failures = 2;
  EXPECT_FALSE(restarts("lmstudio"));
}

}  // namespace
}  // namespace malin::fake
