#include "world/card_ledger.hpp"

#include <gtest/gtest.h>

#include "world/faults.hpp"
#include "world/jumping_clock.hpp"

namespace malin::world {
namespace {

struct CardLedgerTest : testing::Test {
  JumpingClock clock;
  CardLedger card{clock, "card", gibibytes(32), gibibytes(1)};
};

TEST_F(CardLedgerTest, what_does_not_fit_changes_nothing) {
  EXPECT_TRUE(card.take("a", gibibytes(30)));
  EXPECT_FALSE(card.take("b", gibibytes(1) + Bytes{1}));
  EXPECT_EQ(card.free(), gibibytes(1));
  EXPECT_TRUE(card.take("b", gibibytes(1)));
  EXPECT_EQ(card.free(), Bytes{});
}

TEST_F(CardLedgerTest, memory_given_back_late_is_used_until_then) {
  card.take("a", gibibytes(20));
  card.give_back("a", gibibytes(15), Duration{800});
  EXPECT_EQ(card.held_by("a"), gibibytes(5));
  EXPECT_EQ(card.holders().at("a"), gibibytes(20));
  EXPECT_EQ(card.free(), gibibytes(11));
  clock.pass(Duration{799});
  EXPECT_EQ(card.free(), gibibytes(11));
  clock.pass(Duration{1});
  EXPECT_EQ(card.free(), gibibytes(26));
  EXPECT_EQ(card.holders().at("a"), gibibytes(5));
}

TEST_F(CardLedgerTest, nobody_gives_back_more_than_it_has) {
  card.take("a", gibibytes(2));
  card.give_back("a", gibibytes(5));
  card.give_back("b", gibibytes(5));
  EXPECT_EQ(card.free(), gibibytes(31));
  EXPECT_TRUE(card.holders().empty());
}

TEST_F(CardLedgerTest, a_change_is_told) {
  int told = 0;
  card.on_change = [&] { ++told; };
  card.take("a", gibibytes(2));
  card.take("a", gibibytes(200));
  card.give_back_all("a");
  EXPECT_EQ(told, 2);
}

TEST(Faults, a_fault_fires_as_often_as_it_was_told_to) {
  Faults faults;
  EXPECT_FALSE(faults.fires("f"));
  faults.set("f", {.times = 2, .amount = 3});
  EXPECT_EQ(faults.fires("f")->amount, 3);
  EXPECT_NE(faults.find("f"), nullptr);
  EXPECT_TRUE(faults.fires("f"));
  EXPECT_FALSE(faults.fires("f"));
  EXPECT_EQ(faults.fired().at("f"), 2);
}

TEST(Faults, an_improbable_fault_fires_sometimes) {
  Faults faults;
  faults.set("f", {.probability = 0.25});
  int fired = 0;
  for (int i = 0; i < 1000; ++i) fired += faults.fires("f") ? 1 : 0;
  EXPECT_GT(fired, 180);
  EXPECT_LT(fired, 320);
}

}  // namespace
}  // namespace malin::world
