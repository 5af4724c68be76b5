#include "control/observer.hpp"

#include <gtest/gtest.h>

namespace malin::control {
namespace {

constexpr TimePoint began = from_unix_ms(1'790'000'000'000);

TimePoint at(int seconds) { return began + std::chrono::seconds(seconds); }

CardReading card_with(Bytes free) {
  CardReading reading;
  reading.free = free;
  return reading;
}

TEST(Observer, an_answer_to_an_older_question_never_replaces_a_newer_one) {
  Observer observer(began);
  const ProbeCard probe{"gpu0"};
  EXPECT_TRUE(observer.saw(probe, at(2), card_with(gibibytes(2))));
  EXPECT_FALSE(observer.saw(probe, at(1), card_with(gibibytes(1))));
  EXPECT_EQ(observer.newest().cards.at("gpu0").known()->free, gibibytes(2));
  EXPECT_FALSE(observer.saw(probe, at(1), fail(Errc::unreachable, "late")));
  EXPECT_TRUE(observer.newest().cards.at("gpu0").known());
}

TEST(Observer, says_when_something_begins_or_ceases_to_answer_and_counts_failures_in_a_row) {
  Observer observer(began);
  const ProbeCard probe{"gpu0"};
  EXPECT_TRUE(observer.saw(probe, at(1), fail(Errc::unreachable, "no driver")));
  EXPECT_FALSE(observer.saw(probe, at(2), fail(Errc::unreachable, "no driver")));
  EXPECT_TRUE(observer.saw(probe, at(3), card_with(gibibytes(1))));
  EXPECT_FALSE(observer.saw(probe, at(4), card_with(gibibytes(1))));
  EXPECT_TRUE(observer.saw(probe, at(5), fail(Errc::timeout, "hangs")));
  EXPECT_FALSE(observer.saw(probe, at(6), fail(Errc::timeout, "hangs")));
  const auto& reading = observer.newest().cards.at("gpu0");
  EXPECT_EQ(reading.failures, 2);
  EXPECT_EQ(reading.failing_since, at(5));
  EXPECT_EQ(reading.at, at(4));
  EXPECT_EQ(reading.known(), nullptr);
}

TEST(Observer, remembers_since_when_a_resident_is_passing) {
  Observer observer(began);
  const ProbeEngine probe{"lmstudio"};
  const auto reading = [](ResidentState state) {
    EngineReading engine;
    engine.residents = {{.identifier = "brain", .state = state}};
    return engine;
  };
  observer.saw(probe, at(1), reading(ResidentState::loading));
  observer.saw(probe, at(2), fail(Errc::timeout, "busy"));
  observer.saw(probe, at(3), reading(ResidentState::loading));
  EXPECT_EQ(observer.newest().passing.at("lmstudio").at("brain"), at(1));
  observer.saw(probe, at(4), reading(ResidentState::idle));
  EXPECT_TRUE(observer.newest().passing.at("lmstudio").empty());
}

TEST(Observer, counts_the_uses_of_a_sense_but_not_the_token_that_proved_it) {
  Observer observer(began);
  const ProbeEngine probe{"lmstudio"};
  const auto used_at = [](TimePoint moment) {
    return EngineReading{.residents = {{.identifier = "brain", .instance = "1"}}, .last_used = {{"1", moment}}};
  };
  observer.saw(probe, at(1), used_at(at(0)));
  observer.saw(ProbeSense{.sense = "brain", .instance = "1"}, at(3), {});
  observer.saw(probe, at(4), used_at(at(2)));
  EXPECT_EQ(observer.newest().sense_uses.at("brain").count, 0);
  observer.saw(probe, at(9), used_at(at(2)));
  EXPECT_EQ(observer.newest().sense_uses.at("brain").count, 0);
  observer.saw(probe, at(14), used_at(at(10)));
  EXPECT_EQ(observer.newest().sense_uses.at("brain").count, 1);
}

TEST(Observer, what_is_loading_after_its_engine_was_gone_is_another_load) {
  Observer observer(began);
  const ProbeEngine probe{"lmstudio"};
  EngineReading loading;
  loading.residents = {{.identifier = "brain", .state = ResidentState::loading}};
  observer.saw(probe, at(1), loading);
  observer.saw(probe, at(100), fail(Errc::unreachable, "nobody listens"));
  observer.saw(probe, at(101), loading);
  EXPECT_EQ(observer.newest().passing.at("lmstudio").at("brain"), at(101));
  observer.restarted("lmstudio", at(200));
  observer.saw(probe, at(201), loading);
  EXPECT_EQ(observer.newest().passing.at("lmstudio").at("brain"), at(201));
}

TEST(Observer, counts_the_failures_of_an_action_in_a_row) {
  Observer observer(began);
  observer.tried("load brain", at(1), fail(Errc::refused, "no room"));
  observer.tried("load brain", at(2), fail(Errc::refused, "no room"));
  EXPECT_EQ(observer.newest().attempts.at("load brain").failures, 2);
  observer.tried("load brain", at(3), {});
  EXPECT_EQ(observer.newest().attempts.at("load brain").failures, 0);
  EXPECT_FALSE(observer.newest().attempts.at("load brain").error);
}

TEST(Observer, a_load_lasts_from_its_start_until_the_sense_has_proved_itself) {
  Observer observer(began);
  const ProbeSense probe{.sense = "brain", .engine = "lmstudio", .identifier = "brain", .instance = "1"};
  observer.loaded("brain", at(1));
  observer.saw(probe, at(8), fail(Errc::bad_reply, "garbage"));
  EXPECT_TRUE(observer.newest().load_times.empty());
  observer.saw(probe, at(10), {});
  EXPECT_EQ(observer.newest().load_times.at("brain"), std::chrono::seconds(9));
  observer.saw(probe, at(99), {});
  EXPECT_EQ(observer.newest().load_times.at("brain"), std::chrono::seconds(9)) << "a later proof is of no load of ours";
}

TEST(Observer, a_turn_that_expired_was_quiet_from_its_expiry_on) {
  Observer observer(began);
  observer.begin_turn({.id = "t-1", .began_at = at(1), .expires_at = at(31)});
  EXPECT_TRUE(observer.keep_turn("t-1", at(40)));
  observer.expire_turns(at(39));
  EXPECT_EQ(observer.newest().presence.turns.size(), 1u);
  observer.expire_turns(at(90));
  EXPECT_TRUE(observer.newest().presence.turns.empty());
  EXPECT_EQ(observer.newest().presence.quiet_since, at(40));
  EXPECT_FALSE(observer.keep_turn("t-1", at(120)));
  EXPECT_FALSE(observer.end_turn("t-1", at(91)));
}

TEST(Observer, remembers_the_restarts_of_the_last_hour) {
  Observer observer(began);
  for (int minute = 0; minute < 300; ++minute) observer.restarted("comfyui", at(60 * minute));
  EXPECT_EQ(observer.newest().restarts.at("comfyui").size(), 60u);
}

TEST(Observer, a_hint_makes_a_look_due_but_not_more_than_ten_a_second) {
  Observer observer(began);
  const LookUpRender look{"j-1", "comfyui", "p-1"};
  observer.saw(look, at(1), RenderReading{});
  observer.hint(at(1) + Duration(50), false);
  EXPECT_EQ(observer.newest().renders.at("p-1").tried_at, at(1));
  observer.hint(at(1) + Duration(100), false);
  EXPECT_EQ(observer.newest().renders.at("p-1").tried_at, TimePoint::min());
}

TEST(Observer, a_render_that_says_it_is_over_is_looked_at_at_once_and_again_after_a_look_that_was_under_way) {
  Observer observer(began);
  const LookUpRender look{"j-1", "comfyui", "p-1"};
  observer.saw(look, at(1), RenderReading{});
  observer.hint(at(1) + Duration(5), true);
  EXPECT_EQ(observer.newest().renders.at("p-1").tried_at, TimePoint::min());
  observer.saw(look, at(1) + Duration(4), RenderReading{});
  EXPECT_EQ(observer.newest().renders.at("p-1").tried_at, TimePoint::min());
  observer.saw(look, at(1) + Duration(6), RenderReading{});
  EXPECT_EQ(observer.newest().renders.at("p-1").tried_at, at(1) + Duration(6));
}

TEST(Observer, forgets_what_belongs_to_what_is_over) {
  Observer observer(began);
  Ledger ledger;
  Job done;
  done.id = "j-1";
  done.state = JobState::delivered;
  done.prompt_id = "p-1";
  Job rendering = done;
  rendering.id = "j-2";
  rendering.state = JobState::rendering;
  rendering.prompt_id = "p-2";
  ledger.jobs = {{"j-1", done}, {"j-2", rendering}};
  for (const char* job : {"1", "2"}) {
    const std::string id = std::string("j-") + job;
    const std::string prompt = std::string("p-") + job;
    const LookUpRender look{id, "comfyui", prompt};
    observer.saw(look, at(1), RenderReading{});
    observer.collected(id, fail(Errc::timeout, "slow"));
    for (const Action& action :
         {Action(SubmitRender{id, "comfyui", prompt}), Action(CollectMedia{id, "comfyui", {}}),
          Action(InterruptRender{id, "comfyui", prompt}), Action(ShowActivity{id, MediaType::photo})})
      observer.tried(key_of(action), at(1), {});
  }
  observer.tried("load brain", at(1), {});
  observer.tried(key_of(Announce{7, "hello"}), at(1), {});
  observer.forget(ledger);
  const Observation& seen = observer.newest();
  EXPECT_EQ(seen.renders.size(), 1u);
  EXPECT_EQ(seen.collected.size(), 1u);
  EXPECT_TRUE(seen.attempts.contains("load brain"));
  for (const auto& [key, attempts] : seen.attempts) {
    const bool is_interrupt = key.starts_with("interrupt ");
    EXPECT_TRUE(is_interrupt || !key.ends_with("-1")) << key;
    EXPECT_FALSE(key.starts_with("send ")) << key;
  }
}

}  // namespace
}  // namespace malin::control
