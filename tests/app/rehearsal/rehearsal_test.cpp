#include <chrono>

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

#include "app/rehearsal/small_house.hpp"
#include "app/rehearsal/typical_day.hpp"

namespace malin::app::rehearsal {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class RehearsalTest : public testing::Test {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
};

Rehearsal rehearsed(const Request& request) {
  Result<Rehearsal> result = rehearse(request);
  EXPECT_TRUE(result) << result.error().message;
  return result.value_or(Rehearsal{});
}

// An hour in which she is talked to every minute, and asked for three selfies and a video at one moment.
Trace short_hour() {
  Trace trace;
  for (int minute = 0; minute < 60; ++minute)
    trace.turns.push_back({.at = TimePoint{minutes(minute)}, .length = seconds(8)});
  for (const char* kind : {"selfie", "selfie", "video", "selfie"})
    trace.jobs.push_back({.at = TimePoint{minutes(10)}, .kind = kind});
  return trace;
}

TEST_F(RehearsalTest, one_render_takes_away_whom_its_recipe_names) {
  const Rehearsal result = rehearsed(small_request());
  ASSERT_EQ(result.kinds.size(), 2u);
  const Outcome& video = result.kinds[1].configured;
  ASSERT_EQ(video.windows.size(), 1u);
  EXPECT_THAT(video.windows[0].evicted, ElementsAre("vision", "brain"));
  EXPECT_EQ(video.jobs_done(), 1);
  // Its render, and both loads after it.
  EXPECT_GT(video.away.at("vision"), assumed_video + seconds(12));
  EXPECT_LT(video.away.at("vision"), assumed_video + seconds(25));
  EXPECT_EQ(video.away.at("voice"), Duration{});
}

TEST_F(RehearsalTest, the_planner_would_send_only_the_brain_away_for_a_video) {
  const Rehearsal result = rehearsed(small_request());
  ASSERT_TRUE(result.kinds[1].automatic);
  EXPECT_THAT(result.kinds[1].automatic->windows.at(0).evicted, ElementsAre("brain"));
  EXPECT_LT(result.kinds[1].automatic->away_in_all(), result.kinds[1].configured.away_in_all());
}

TEST_F(RehearsalTest, what_was_measured_is_what_passes) {
  Request request = small_request();
  request.timings.renders["selfie"] = {.length = seconds(100), .samples = 3};
  const Rehearsal result = rehearsed(request);
  EXPECT_GT(result.kinds[0].configured.waits[0], seconds(100));
  EXPECT_LT(result.kinds[0].configured.waits[0], seconds(110));
}

TEST_F(RehearsalTest, a_kind_that_finds_no_room_says_who_holds_the_memory) {
  Request request = small_request();
  request.config.kinds[1].need = gibibytes(30);
  const Rehearsal result = rehearsed(request);
  EXPECT_EQ(result.kinds[1].configured.jobs_done(), 0);
  EXPECT_THAT(result.kinds[1].configured.unmade.at("video"), HasSubstr("held by"));
}

TEST_F(RehearsalTest, senses_that_do_not_fit_on_their_card_are_said) {
  Request request = small_request();
  request.facts.totals["gpu0"] = gibibytes(24);
  const Result<Rehearsal> result = rehearse(request);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("cards.gpu0.total"));
}

TEST_F(RehearsalTest, a_day_is_lived_under_every_policy) {
  Request request = small_request();
  request.trace = short_hour();
  const Rehearsal result = rehearsed(request);
  ASSERT_TRUE(result.day);
  ASSERT_EQ(result.day->outcomes.size(), std::size(policies));
  const Outcome& wait = result.day->outcomes[0];
  const Outcome& single = result.day->outcomes[1];
  const Outcome& batched = result.day->outcomes[2];
  const Outcome& automatic = result.day->outcomes[3];
  EXPECT_EQ(wait.jobs_done(), 0);
  EXPECT_EQ(wait.away_in_all(), Duration{});
  EXPECT_EQ(percentile(wait.waits, 50), std::nullopt);
  EXPECT_EQ(single.windows.size(), 4u);
  EXPECT_EQ(single.jobs_done(), 4);
  EXPECT_LT(batched.windows.size(), single.windows.size());
  EXPECT_EQ(batched.jobs_done(), 4);
  EXPECT_LT(automatic.away_in_all(), single.away_in_all());
  for (const Outcome& outcome : result.day->outcomes) EXPECT_EQ(outcome.delays.size(), 60u);
}

TEST_F(RehearsalTest, the_same_trace_comes_to_the_same) {
  Request request = small_request();
  request.trace = short_hour();
  const Rehearsal one = rehearsed(request);
  const Rehearsal other = rehearsed(request);
  for (std::size_t i = 0; i < std::size(policies); ++i) {
    EXPECT_EQ(one.day->outcomes[i].waits, other.day->outcomes[i].waits);
    EXPECT_EQ(one.day->outcomes[i].delays, other.day->outcomes[i].delays);
    EXPECT_EQ(one.day->outcomes[i].windows, other.day->outcomes[i].windows);
  }
}

TEST_F(RehearsalTest, the_typical_day_is_always_the_same_and_asks_for_every_kind) {
  const Config config = small_config();
  const Trace day = typical_day(config);
  EXPECT_EQ(day.turns, typical_day(config).turns);
  EXPECT_EQ(day.jobs, typical_day(config).jobs);
  EXPECT_GT(day.turns.size(), 250u);
  EXPECT_GT(day.jobs.size(), 30u);
  for (const KindSpec& kind : config.kinds)
    EXPECT_THAT(day.jobs, testing::Contains(testing::Field(&TracedJob::kind, kind.name)));
}

TEST_F(RehearsalTest, a_percentile_that_never_comes_is_none) {
  EXPECT_EQ(percentile({}, 50), std::nullopt);
  EXPECT_EQ(percentile({seconds(3), seconds(1), std::nullopt}, 50), seconds(3));
  EXPECT_EQ(percentile({seconds(3), seconds(1), std::nullopt}, 95), std::nullopt);
  EXPECT_EQ(percentile({seconds(7)}, 95), seconds(7));
}

}  // namespace
}  // namespace malin::app::rehearsal
