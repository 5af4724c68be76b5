#include "core/backoff.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace malin {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, no_failure_means_no_pause) {
  EXPECT_EQ(backoff(0, "x"), 0ms);
  EXPECT_EQ(backoff(-1, "x"), 0ms);
}

TEST(Backoff, pauses_double_up_to_the_longest_less_a_quarter_at_most) {
  for (const char* key : {"load brain", "load vision", ""})
    for (int failures = 1; failures < 200; ++failures) {
      const Duration full = failures > 6 ? 60'000ms : Duration{1000ll << (failures - 1)};
      EXPECT_LE(backoff(failures, key), full);
      EXPECT_GE(backoff(failures, key), full * 3 / 4);
    }
  EXPECT_LE(backoff(50, "x", 300s), 300s);
  EXPECT_GE(backoff(50, "x", 300s), 225s);
}

TEST(Backoff, the_same_question_has_the_same_answer) { EXPECT_EQ(backoff(4, "load brain"), backoff(4, "load brain")); }

TEST(Backoff, things_that_failed_together_do_not_come_back_together) {
  std::set<Duration> pauses;
  for (int i = 0; i < 20; ++i) pauses.insert(backoff(5, "thing " + std::to_string(i)));
  EXPECT_GT(pauses.size(), 10u);
}

}  // namespace
}  // namespace malin
