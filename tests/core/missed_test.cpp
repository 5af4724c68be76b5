#include "core/missed.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

struct MissedTest : testing::Test {
  Moment moment;
  std::int64_t of(const std::string& sense) const {
    const Situation situation = moment.situation();
    return Missed(situation, *moment.config.kind("selfie")).of(*moment.config.sense(sense));
  }
  void load_takes(const std::string& sense, Duration length) {
    moment.ledger.profiles[sense].sense = sense;
    moment.ledger.profiles[sense].load_time = length;
  }
  void used(const std::string& sense, double count) {
    moment.seen.sense_uses[sense] = {.instance = "1", .count = count, .counted_at = moment.now};
  }
};

TEST_F(MissedTest, as_long_as_nothing_was_measured_the_impact_alone_counts) {
  EXPECT_EQ(of("brain") * 3, of("vision") * 10);
  EXPECT_EQ(of("brain") * 5, of("voice") * 10);
}

TEST_F(MissedTest, every_second_of_the_render_and_of_the_way_back_counts) {
  Job& job = moment.queue("selfie");
  job.state = JobState::delivered;
  job.attempt_at = start;
  job.rendered_at = start + 20s;
  load_takes("brain", 40s);
  load_takes("vision", 4s);
  EXPECT_EQ(of("brain"), 10 * 60 * 4);
  EXPECT_EQ(of("vision"), 3 * 24 * 4);
  EXPECT_EQ(of("voice"), 5 * 60 * 4) << "one that was never loaded takes as long as the slowest";
}

TEST_F(MissedTest, who_is_hardly_used_is_missed_a_quarter_as_much) {
  const std::int64_t before = of("vision");
  used("brain", 100);
  used("vision", 1);
  EXPECT_EQ(of("vision") * 4, before);
  used("vision", 48);
  EXPECT_EQ(of("vision") * 2, before);
  used("vision", 100);
  EXPECT_EQ(of("vision"), before);
  EXPECT_EQ(of("voice") * 10, of("brain") * 5) << "whose engine tells nothing";
}

TEST_F(MissedTest, few_uses_say_nothing_of_habits_and_old_ones_less_and_less) {
  const std::int64_t before = of("vision");
  used("vision", 1);
  used("brain", 19);
  EXPECT_EQ(of("vision"), before);
  used("brain", 30);
  EXPECT_EQ(of("vision") * 4, before);
  moment.now += std::chrono::weeks(1);
  EXPECT_EQ(of("vision"), before) << "only half of them count now";
}

}  // namespace
}  // namespace malin::fake
