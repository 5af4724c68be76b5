#include "world/lmstudio.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "world/jumping_clock.hpp"

namespace malin::world {
namespace {

// A 32 GiB card with nothing on it but what a test loads: the brain takes 19 GiB, vision 6 GiB.
struct LmStudioTest : testing::Test {
  JumpingClock clock;
  CardLedger card{clock, "card", gibibytes(32)};
  Faults faults;
  LmStudio studio{clock, card, faults};

  Result<Instance> load(std::string model, std::optional<std::string> identifier = {}) {
    LoadRequest request;
    request.model = std::move(model);
    request.identifier = std::move(identifier);
    request.context_length = 8192;
    return finish(studio.load(std::move(request), [this](double share) { progress.push_back(share); }));
  }
  Result<std::string> next(LmStudio::ReplyId id) {
    const Result<std::optional<std::string>> token = finish(studio.next_token(id));
    if (!token) return std::unexpected(token.error());
    return *token ? **token : "(end)";
  }

  std::vector<double> progress;
};

TEST_F(LmStudioTest, a_load_takes_its_time_and_its_memory) {
  const TimePoint before = clock.now();
  const Result<Instance> brain = load("dolphin-24b", "brain");
  ASSERT_TRUE(brain);
  EXPECT_EQ(clock.now() - before, std::chrono::seconds(6));
  EXPECT_EQ(brain->footprint, gibibytes(19));
  EXPECT_EQ(card.free(), gibibytes(13));
  EXPECT_EQ(brain->state, InstanceState::idle);
  EXPECT_GT(progress.size(), 20U);
  EXPECT_TRUE(std::ranges::is_sorted(progress));
}

TEST_F(LmStudioTest, an_identifier_in_use_is_refused_and_without_one_a_number_is_appended) {
  ASSERT_TRUE(load("qwen3-vl-8b", "eyes"));
  EXPECT_EQ(load("qwen3-vl-8b", "eyes").error().code, Errc::refused);
  EXPECT_EQ(load("qwen3-vl-8b")->identifier, "qwen3-vl-8b");
  EXPECT_EQ(load("qwen3-vl-8b")->identifier, "qwen3-vl-8b:2");
  EXPECT_EQ(load("no-such-model").error().code, Errc::not_found);
}

TEST_F(LmStudioTest, a_load_into_a_card_full_of_others_aborts_part_way_and_gives_back) {
  card.take("comfyui", gibibytes(20));
  const Result<Instance> brain = load("dolphin-24b", "brain");
  ASSERT_FALSE(brain);
  EXPECT_TRUE(brain.error().message.contains("model_load_failed"));
  EXPECT_GT(progress.back(), 0.4);
  EXPECT_LT(progress.back(), 0.8);
  EXPECT_TRUE(studio.instances().empty());
  clock.pass(std::chrono::seconds(2));
  EXPECT_EQ(card.free(), gibibytes(12));
}

TEST_F(LmStudioTest, guardrails_see_only_its_own_models) {
  ASSERT_TRUE(load("dolphin-24b", "brain"));
  const Result<Instance> second = load("dolphin-24b", "second");
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().message.contains("insufficient system resources"));
  EXPECT_FALSE(studio.estimate("dolphin-24b", 8192, 1)->passes_guardrails);
}

TEST_F(LmStudioTest, an_unloaded_models_memory_comes_back_late) {
  ASSERT_TRUE(load("dolphin-24b", "brain"));
  ASSERT_TRUE(finish(studio.unload("brain")));
  EXPECT_TRUE(studio.instances().empty());
  EXPECT_EQ(card.free(), gibibytes(13));
  clock.pass(Duration{499});
  EXPECT_EQ(card.free(), gibibytes(13));
  clock.pass(Duration{1001});
  EXPECT_EQ(card.free(), gibibytes(32));
  EXPECT_EQ(finish(studio.unload("brain")).error().code, Errc::not_found);
}

TEST_F(LmStudioTest, a_reply_has_a_first_token_and_a_pace) {
  ASSERT_TRUE(load("dolphin-24b", "brain"));
  const TimePoint before = clock.now();
  const auto reply = studio.begin_reply("brain", {.prompt = "hello", .tokens_max = 3});
  ASSERT_TRUE(reply);
  EXPECT_EQ(studio.find("brain")->state, InstanceState::processing_prompt);
  EXPECT_TRUE(next(*reply));
  EXPECT_EQ(clock.now() - before, Duration{250});
  EXPECT_EQ(studio.find("brain")->state, InstanceState::generating);
  EXPECT_TRUE(next(*reply));
  EXPECT_TRUE(next(*reply));
  EXPECT_EQ(next(*reply).value(), "(end)");
  EXPECT_EQ(studio.find("brain")->state, InstanceState::idle);
  EXPECT_EQ(studio.counters().replies, 1);
}

TEST_F(LmStudioTest, an_unload_in_mid_reply_cuts_it_and_is_counted) {
  ASSERT_TRUE(load("dolphin-24b", "brain"));
  const auto reply = studio.begin_reply("brain", {.prompt = "hello"});
  ASSERT_TRUE(next(*reply));
  ASSERT_TRUE(finish(studio.unload("brain")));
  EXPECT_EQ(next(*reply).error().message, "Model is unloaded.");
  EXPECT_EQ(studio.counters().replies_cut, 1);
}

TEST_F(LmStudioTest, a_model_loaded_just_in_time_expires_and_displaces_the_last_one) {
  const Result<Instance> small = finish(studio.get_or_load("gemma-3-4b"));
  ASSERT_TRUE(small);
  EXPECT_TRUE(small->jit);
  ASSERT_TRUE(finish(studio.get_or_load("qwen3-vl-8b")));
  clock.pass(std::chrono::seconds(2));
  EXPECT_EQ(studio.instances().size(), 1U);
  clock.pass(std::chrono::minutes(61));
  studio.tick();
  clock.pass(std::chrono::seconds(2));
  EXPECT_TRUE(studio.instances().empty());
  EXPECT_EQ(studio.counters().expiries, 1);
}

TEST_F(LmStudioTest, death_takes_all_residents_and_gives_all_memory_back) {
  ASSERT_TRUE(load("dolphin-24b", "brain"));
  studio.die();
  EXPECT_EQ(load("dolphin-24b", "brain").error().code, Errc::unreachable);
  clock.pass(std::chrono::seconds(1));
  EXPECT_EQ(card.free(), gibibytes(32));
  studio.revive();
  EXPECT_TRUE(load("dolphin-24b", "brain"));
}

TEST_F(LmStudioTest, a_cancelled_load_leaves_nothing) {
  LoadRequest request;
  request.model = "dolphin-24b";
  const Result<std::string> reference = studio.begin_load(std::move(request));
  clock.pass(std::chrono::seconds(3));
  studio.tick();
  EXPECT_LT(card.free(), gibibytes(25));
  studio.cancel_load(*reference);
  EXPECT_FALSE(finish(studio.wait_loaded(*reference, nullptr)));
  clock.pass(std::chrono::seconds(1));
  EXPECT_EQ(card.free(), gibibytes(32));
}

TEST_F(LmStudioTest, loads_fail_as_their_faults_say) {
  faults.set("lmstudio.load.fails", {.times = 1, .amount = 0.5, .text = "no luck"});
  EXPECT_EQ(load("qwen3-vl-8b", "eyes").error().message, "no luck");
  EXPECT_NEAR(progress.back(), 0.5, 0.05);
  faults.set("lmstudio.load.crashes", {.times = 1, .amount = 0.5});
  EXPECT_EQ(load("qwen3-vl-8b", "eyes").error().code, Errc::unreachable);
  EXPECT_FALSE(studio.alive());
  studio.revive();
  faults.set("lmstudio.load.other_config", {.times = 1});
  EXPECT_EQ(load("qwen3-vl-8b", "eyes")->context_length, 4096);
  faults.set("lmstudio.load.duplicate", {.times = 1});
  ASSERT_TRUE(load("gemma-3-4b", "small"));
  EXPECT_TRUE(studio.find("small:2"));
}

TEST_F(LmStudioTest, unloads_go_wrong_as_their_faults_say) {
  ASSERT_TRUE(load("qwen3-vl-8b", "eyes"));
  faults.set("lmstudio.unload.ignored", {.times = 1});
  EXPECT_TRUE(finish(studio.unload("eyes")));
  EXPECT_TRUE(studio.find("eyes"));

  faults.set("lmstudio.unload.memory_late", {.times = 1, .amount = 20});
  faults.set("lmstudio.unload.intruder", {.times = 1, .amount = 1, .text = "gemma-3-4b"});
  EXPECT_TRUE(finish(studio.unload("eyes")));
  clock.pass(std::chrono::seconds(2));
  EXPECT_TRUE(studio.find("gemma-3-4b"));
  EXPECT_GE(card.holders().at("LM Studio: eyes"), gibibytes(6));
  clock.pass(std::chrono::seconds(18));
  EXPECT_FALSE(card.holders().contains("LM Studio: eyes"));

  faults.set("lmstudio.unload.memory_stays", {.times = 1});
  EXPECT_TRUE(finish(studio.unload("gemma-3-4b")));
  clock.pass(std::chrono::minutes(10));
  EXPECT_TRUE(card.holders().contains("LM Studio: leaked"));
  studio.die();
  clock.pass(std::chrono::seconds(1));
  EXPECT_EQ(card.free(), gibibytes(32));
}

TEST_F(LmStudioTest, replies_go_wrong_as_their_faults_say) {
  ASSERT_TRUE(load("qwen3-vl-8b", "eyes"));
  faults.set("lmstudio.reply.garbage", {.times = 1});
  faults.set("lmstudio.reply.other_model", {.times = 1, .text = "gemma-3-4b"});
  const auto reply = studio.begin_reply("eyes", {.prompt = "hello"});
  EXPECT_EQ(studio.speaker_of(*reply), "gemma-3-4b");
  EXPECT_EQ(next(*reply).value(), "\x1c");
}

TEST_F(LmStudioTest, someone_who_asks_for_a_selfie_gets_the_tag) {
  ASSERT_TRUE(load("dolphin-24b", "brain"));
  const auto reply = studio.begin_reply("brain", {.prompt = "Send me a selfie?"});
  std::string text;
  for (std::string token = next(*reply).value(); token != "(end)"; token = next(*reply).value()) text += token;
  EXPECT_TRUE(text.contains("[SELFIE: "));
}

}  // namespace
}  // namespace malin::world
