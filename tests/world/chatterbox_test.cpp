#include "world/chatterbox.hpp"

#include <gtest/gtest.h>

#include "world/jumping_clock.hpp"

namespace malin::world {
namespace {

struct ChatterboxTest : testing::Test {
  JumpingClock clock;
  CardLedger card{clock, "card", gibibytes(8)};
  Faults faults;
  Chatterbox chatterbox{clock, card, faults};
};

TEST_F(ChatterboxTest, its_context_stays_when_its_model_goes) {
  ASSERT_TRUE(chatterbox.start());
  EXPECT_EQ(card.held_by("chatterbox"), mebibytes(4096));
  ASSERT_TRUE(finish(chatterbox.unload()));
  clock.pass(std::chrono::seconds(1));
  EXPECT_EQ(card.free(), gibibytes(8) - mebibytes(490));
  EXPECT_EQ(finish(chatterbox.speak("hello")).error().code, Errc::refused);
  ASSERT_TRUE(finish(chatterbox.load()));
  EXPECT_EQ(finish(chatterbox.speak("hello")).value(), Duration{325});
  chatterbox.die();
  clock.pass(std::chrono::seconds(1));
  EXPECT_EQ(card.free(), gibibytes(8));
}

TEST_F(ChatterboxTest, it_does_not_start_on_a_full_card) {
  card.take("other", gibibytes(5));
  EXPECT_EQ(chatterbox.start().error().code, Errc::refused);
  EXPECT_FALSE(chatterbox.alive());
  EXPECT_EQ(card.free(), gibibytes(3));
}

TEST_F(ChatterboxTest, it_fails_as_its_faults_say) {
  ASSERT_TRUE(chatterbox.start());
  faults.set("chatterbox.unload.memory_stays", {.times = 1});
  faults.set("chatterbox.load.fails", {.times = 1});
  ASSERT_TRUE(finish(chatterbox.unload()));
  clock.pass(std::chrono::minutes(1));
  EXPECT_EQ(card.free(), mebibytes(4096));
  EXPECT_FALSE(finish(chatterbox.load()));
  EXPECT_FALSE(chatterbox.loaded());
}

}  // namespace
}  // namespace malin::world
