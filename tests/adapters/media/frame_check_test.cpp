#include "adapters/media/worker/frame_check.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "adapters/media/report.hpp"

namespace malin::adapters::media {
namespace {

std::vector<std::uint8_t> grey(std::vector<int> values) {
  std::vector<std::uint8_t> rgb;
  for (const int value : values) rgb.insert(rgb.end(), 3, static_cast<std::uint8_t>(value));
  return rgb;
}

TEST(FrameCheck, black_is_dark_and_even) {
  EXPECT_TRUE(look_at({}).black);
  EXPECT_TRUE(look_at(grey({0, 1, 2, 3})).black);
  EXPECT_FALSE(look_at(grey({20, 20, 20})).black);
  std::vector<int> night(1000, 1);  // A dark sky with a few stars is something to see.
  for (std::size_t star = 0; star < 10; ++star) night[star * 100] = 250;
  EXPECT_FALSE(look_at(grey(night)).black);
  EXPECT_FALSE(look_at(grey(night)).one_colour);
}

TEST(FrameCheck, one_colour_forgives_coding_noise_and_nothing_more) {
  EXPECT_TRUE(look_at(grey({100, 103, 106})).one_colour);
  EXPECT_FALSE(look_at(grey({100, 107})).one_colour);
  const std::vector<std::uint8_t> two_hues{200, 30, 30, 30, 200, 30};
  EXPECT_FALSE(look_at(two_hues).one_colour);
}

TEST(Report, goes_through_text_and_back) {
  Report report;
  report.type = MediaType::video;
  report.has_fast_start = true;
  report.width = 640;
  report.height = 480;
  report.duration = Duration(5042);
  report.size = Bytes{123'456};
  const Result<Report> again = parse_report("noise before\n" + format_report(report));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->type, MediaType::video);
  EXPECT_TRUE(again->has_fast_start);
  EXPECT_FALSE(again->has_thumbnail);
  EXPECT_EQ(again->width, 640);
  EXPECT_EQ(again->duration, Duration(5042));
  EXPECT_EQ(again->size, Bytes{123'456});
  const Result<Report> error = parse_report(format_report(fail(Errc::not_found, "no \"x\"")));
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error(), (Error{Errc::not_found, "no \"x\""}));
}

}  // namespace
}  // namespace malin::adapters::media
