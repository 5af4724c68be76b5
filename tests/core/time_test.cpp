#include "core/time.hpp"

#include <gtest/gtest.h>

namespace malin {
namespace {

TEST(Time, lengths_are_read_with_their_units) {
  const std::pair<const char*, long long> cases[]{
      {"250ms", 250},          {"8s", 8'000},   {"5m", 300'000}, {"5min", 300'000},   {"1h30m", 5'400'000},
      {"1 h 30 m", 5'400'000}, {"1.5s", 1'500}, {"0s", 0},       {"2d", 172'800'000}, {"1s1s", 2'000}};
  for (const auto& [text, ms] : cases) EXPECT_EQ(parse_duration(text), Duration{ms}) << text;
}

TEST(Time, what_is_no_length_is_not_guessed_at) {
  for (const char* text : {"", "5", "s", "-5s", "5 parsecs", "5s!", "5S", "nans", "infs", "1e20d", "5s 5"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Time, lengths_are_shown_with_the_detail_that_people_want) {
  const std::pair<long long, const char*> cases[]{
      {-5, "0 ms"},     {0, "0 ms"},       {250, "250 ms"},        {8'200, "8.2 s"},
      {34'900, "34 s"}, {60'000, "1 min"}, {185'000, "3 min 5 s"}, {7'800'000, "2 h 10 min"}};
  for (const auto& [ms, text] : cases) EXPECT_EQ(format_duration(Duration{ms}), text);
}

TEST(Time, moments_are_written_as_rfc_3339) {
  EXPECT_EQ(format_time(from_unix_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(from_unix_ms(1'795'577'117'042)), "2026-11-25T03:25:17.042Z");
  EXPECT_EQ(format_time(from_unix_ms(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_unix_ms(from_unix_ms(42)), 42);
}

}  // namespace
}  // namespace malin
