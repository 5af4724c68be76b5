#include "app/rehearsal/timings.hpp"

#include <gmock/gmock.h>

#include "app/rehearsal/small_house.hpp"

namespace malin::app::rehearsal {
namespace {

using std::chrono::seconds;

TimePoint at(int second) { return TimePoint{seconds(second)}; }

void add_video(Ledger& ledger, int number, int longer) {
  Job job{.id = "j-" + std::to_string(number), .kind = "video"};
  job.attempt_at = at(10);
  job.rendered_at = at(70 + longer);
  ledger.jobs[job.id] = job;
}

TEST(Timings, what_was_never_measured_is_assumed_and_says_so) {
  const Timings timings = take_timings(small_config(), Ledger{});
  EXPECT_FALSE(timings.loads.at("brain").is_measured());
  EXPECT_EQ(timings.loads.at("brain").length, Duration{gibibytes(19).count / 2'000'000});
  EXPECT_EQ(timings.renders.at("selfie"), (Timing{.length = assumed_photo}));
  EXPECT_EQ(timings.renders.at("video"), (Timing{.length = assumed_video}));
}

TEST(Timings, what_was_measured_is_believed) {
  Ledger ledger;
  add_video(ledger, 1, 0);
  add_video(ledger, 2, 1);
  add_video(ledger, 3, 20);
  ledger.profiles["brain"] = {.sense = "brain", .load_time = seconds(10)};
  ledger.profiles["vision"] = {.sense = "vision"};
  const Timings timings = take_timings(small_config(), ledger);
  EXPECT_EQ(timings.renders.at("video"), (Timing{.length = seconds(61), .samples = 3})) << "the median";
  EXPECT_EQ(timings.loads.at("brain"), (Timing{.length = seconds(10), .samples = 1})) << "the newest";
  EXPECT_FALSE(timings.loads.at("vision").is_measured());
}

}  // namespace
}  // namespace malin::app::rehearsal
