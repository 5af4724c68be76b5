#include "app/rehearse.hpp"

#include <gmock/gmock.h>

#include "app/rehearsal/small_house.hpp"
#include "net/json.hpp"

namespace malin::app {
namespace {

using namespace rehearsal;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

Outcome outcome_of(std::vector<std::string> senses, Duration away) {
  Outcome outcome;
  for (const char* sense : {"brain", "vision", "voice"}) outcome.away[sense] = {};
  for (const std::string& sense : senses) outcome.away[sense] = away;
  if (!senses.empty()) outcome.windows.push_back({.id = 1, .evicted = std::move(senses)});
  outcome.waits = {away};
  return outcome;
}

Rehearsal rehearsal_of(bool with_day) {
  Rehearsal rehearsal{.config = small_config()};
  rehearsal.timings = take_timings(rehearsal.config, Ledger{});
  rehearsal.timings.loads["brain"] = {.length = seconds(7), .samples = 12};
  rehearsal.kinds = {{"selfie", outcome_of({"vision"}, seconds(21)), outcome_of({"vision"}, seconds(21))},
                     {"video", outcome_of({"vision", "brain"}, seconds(74)), outcome_of({"brain"}, seconds(68))}};
  if (!with_day) return rehearsal;
  DayRehearsal day{.name = "A <day>"};
  day.trace.turns.push_back({.at = TimePoint{}, .length = seconds(5)});
  day.trace.jobs.push_back({.at = TimePoint{minutes(1)}, .kind = "video"});
  Outcome none = outcome_of({}, Duration{});
  none.waits = {std::nullopt};
  none.delays = {Duration{}};
  Outcome late = outcome_of({"vision", "brain"}, seconds(74));
  late.delays = {seconds(30)};
  day.outcomes = {none, late, late, outcome_of({"brain"}, seconds(68))};
  rehearsal.day = std::move(day);
  return rehearsal;
}

TEST(Rehearse, it_says_who_goes_and_for_how_long) {
  const std::string text = format_rehearsal(rehearsal_of(false), false);
  EXPECT_THAT(text, HasSubstr("takes vision away for about 21 s; the planner would choose the same"));
  EXPECT_THAT(text, HasSubstr("takes vision and brain away for about 1 min 14 s; the planner would send only brain"));
  EXPECT_THAT(text, Not(HasSubstr("lived four times")));
}

TEST(Rehearse, what_is_assumed_is_not_called_measured) {
  const std::string text = format_rehearsal(rehearsal_of(false), false);
  EXPECT_THAT(text, testing::ContainsRegex("load +brain +7.0 s +measured, median of 12"));
  EXPECT_THAT(text, testing::ContainsRegex("render +video +1 min +assumed: nothing is measured yet"));
}

TEST(Rehearse, a_kind_that_cannot_be_made_says_why) {
  Rehearsal rehearsal = rehearsal_of(false);
  rehearsal.kinds[1].configured.waits = {std::nullopt};
  rehearsal.kinds[1].configured.unmade["video"] = "a video needs 30 GiB";
  EXPECT_THAT(format_rehearsal(rehearsal, false), HasSubstr("cannot be made: a video needs 30 GiB"));
}

TEST(Rehearse, a_day_is_a_row_for_each_policy) {
  const std::string text = format_rehearsal(rehearsal_of(true), false);
  EXPECT_THAT(text, testing::ContainsRegex("wait for ever .* never +never +0 of 1 +0 of 1"));
  EXPECT_THAT(text, testing::ContainsRegex("one job a window .* 1 of 1 +1 of 1"));
  EXPECT_THAT(text, HasSubstr("brain away"));
  EXPECT_THAT(text, Not(HasSubstr("voice away")));
}

TEST(Rehearse, programs_get_it_in_seconds) {
  const auto value = net::parse_json(format_rehearsal_json(rehearsal_of(true)));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->at_pointer("/loads/brain/samples"), 12);
  EXPECT_EQ(value->at_pointer("/kinds/1/automatic/away_seconds/brain").to_number<double>(), 68);
  EXPECT_TRUE(value->at_pointer("/day/policies/0/wait_p95_seconds").is_null());
  EXPECT_EQ(value->at_pointer("/day/policies/3/policy"), "automatic");
}

TEST(Rehearse, the_picture_follows_the_theme_and_trusts_no_name) {
  const std::string plot = format_rehearsal_plot(rehearsal_of(true));
  EXPECT_TRUE(plot.starts_with("<svg "));
  EXPECT_TRUE(plot.ends_with("</svg>\n"));
  EXPECT_THAT(plot, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(plot, HasSubstr("A &lt;day>"));
  EXPECT_THAT(plot, Not(HasSubstr("<day>")));
}

}  // namespace
}  // namespace malin::app
