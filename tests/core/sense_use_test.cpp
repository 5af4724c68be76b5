#include "core/sense_use.hpp"

#include <gtest/gtest.h>

namespace malin {
namespace {

using namespace std::chrono_literals;

TEST(SenseUse, what_changes_between_two_looks_is_a_use) {
  SenseUse use;
  const TimePoint now{};
  look(use, "1", now, now);
  EXPECT_EQ(use.count, 0) << "before it was looked at";
  look(use, "1", now, now + 5s);
  EXPECT_EQ(use.count, 0);
  look(use, "1", now + 7s, now + 10s);
  EXPECT_EQ(use.count, 1);
}

TEST(SenseUse, another_instance_begins_anew_and_what_was_counted_stays) {
  SenseUse use;
  const TimePoint now{};
  look(use, "1", now, now);
  look(use, "1", now + 1s, now + 5s);
  look(use, "2", now + 6s, now + 10s);
  EXPECT_NEAR(use.count, 1, 0.001);
  look(use, "2", now + 11s, now + 15s);
  EXPECT_NEAR(use.count, 2, 0.001);
}

TEST(SenseUse, half_is_forgotten_every_week) {
  const SenseUse use{.count = 8};
  EXPECT_NEAR(count_at(use, TimePoint{} + std::chrono::weeks(1)), 4, 0.001);
  EXPECT_NEAR(count_at(use, TimePoint{} + std::chrono::weeks(3)), 1, 0.001);
  EXPECT_EQ(count_at(use, TimePoint{} - 5s), 8) << "a clock that was set back forgets nothing";
}

}  // namespace
}  // namespace malin
