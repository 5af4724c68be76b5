#include "app/rehearsal/timings.hpp"

#include <gmock/gmock.h>

#include "app/rehearsal/small_house.hpp"

namespace malin::app::rehearsal {
namespace {

using std::chrono::seconds;

TimePoint at(int second) { return TimePoint{seconds(second)}; }

// A window with one video: rendered after 70 s, the brain back 9 s later, vision another 4.
void add_window(Ledger& ledger, int number, int longer) {
  Job job{.id = "j-" + std::to_string(number), .kind = "video"};
  job.attempt_at = at(10);
  job.rendered_at = at(70 + longer);
  Window window{.id = number};
  window.jobs = {job.id};
  window.leaves["brain"] = {.since = at(5), .back_at = at(79 + 2 * longer)};
  window.leaves["vision"] = {.since = at(5), .back_at = at(83 + 2 * longer)};
  window.closed_at = at(84 + 2 * longer);
  ledger.windows[window.id] = window;
  ledger.jobs[job.id] = job;
}

TEST(Timings, what_was_never_measured_is_assumed_and_says_so) {
  const Timings timings = take_timings(small_config(), Ledger{});
  EXPECT_FALSE(timings.loads.at("brain").is_measured());
  EXPECT_EQ(timings.loads.at("brain").length, Duration{gibibytes(19).count / 2'000'000});
  EXPECT_EQ(timings.renders.at("selfie"), (Timing{.length = assumed_photo}));
  EXPECT_EQ(timings.renders.at("video"), (Timing{.length = assumed_video}));
}

TEST(Timings, what_was_measured_is_the_median_of_it) {
  Ledger ledger;
  add_window(ledger, 1, 0);
  add_window(ledger, 2, 1);
  add_window(ledger, 3, 20);
  const Timings timings = take_timings(small_config(), ledger);
  EXPECT_EQ(timings.renders.at("video"), (Timing{.length = seconds(61), .samples = 3}));
  EXPECT_EQ(timings.loads.at("brain"), (Timing{.length = seconds(10), .samples = 3}));
  EXPECT_EQ(timings.loads.at("vision"), (Timing{.length = seconds(4), .samples = 3}));
  EXPECT_FALSE(timings.loads.at("voice").is_measured());
}

TEST(Timings, a_window_that_was_called_off_teaches_nothing_of_loads) {
  Ledger ledger;
  add_window(ledger, 1, 0);
  ledger.windows[1].aborted = true;
  EXPECT_FALSE(take_timings(small_config(), ledger).loads.at("brain").is_measured());
}

}  // namespace
}  // namespace malin::app::rehearsal
