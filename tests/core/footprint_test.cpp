#include "core/footprint.hpp"

#include <gtest/gtest.h>

namespace malin {
namespace {

using Slots = std::map<std::string, std::string>;

const Slots video_slots{{"width", "832"}, {"height", "480"}, {"frames", "81"}, {"steps", "30"}, {"fps", "16"}};

KindSpec video(Slots slots = video_slots) {
  return {.name = "video", .need = gibibytes(14), .slots = std::move(slots)};
}

constexpr TimePoint evening = from_unix_ms(1'790'000'000'000);

// Renders that took so much, in room to spare.
Footprint measured(const std::vector<Bytes>& peaks, Bytes room = gibibytes(30)) {
  Footprint footprint{.name = "video"};
  for (const Bytes taken : peaks) learn_peak(footprint, {taken, room}, evening);
  return footprint;
}

TEST(Footprint, is_named_by_kind_size_and_length_and_by_nothing_else) {
  EXPECT_EQ(footprint_name(video(), {}), "video-832x480-81frames");
  EXPECT_EQ(footprint_name(video(), {{"steps", "50"}, {"fps", "24"}, {"seed", "7"}}), "video-832x480-81frames");
  EXPECT_EQ(footprint_name(video(), {{"width", "1280"}, {"frames", "121"}}), "video-1280x480-121frames");
  EXPECT_EQ(footprint_name(video({{"width", "64"}, {"height", "64"}, {"length", "9"}, {"batch_size", "1"}}), {}),
            "video-64x64-9frames");
  EXPECT_EQ(footprint_name(video({{"height", "64"}, {"batch_size", "4"}}), {}), "video-64high-4times");
  EXPECT_EQ(footprint_name(video({}), {{"width", "64"}}), "video") << "the workflow takes no width";
}

TEST(Footprint, one_number_has_one_name_however_it_is_written) {
  for (const char* width : {"832", "832.0", "0832", "8.32e2"})
    EXPECT_EQ(footprint_name(video(), {{"width", width}}), "video-832x480-81frames") << width;
  EXPECT_EQ(footprint_name(video(), {{"width", "wide"}}), "video-oddx480-81frames");
  EXPECT_EQ(footprint_name(video(), {{"width", "9e99"}}), "video-oddx480-81frames");
}

TEST(Footprint, without_any_measurement_the_configured_need_counts) {
  EXPECT_EQ(learned_need({}), std::nullopt);
  EXPECT_EQ(need_in_use(gibibytes(14), {}), gibibytes(14));
  EXPECT_EQ(need_of({}, video(), {}), gibibytes(14));
}

TEST(Footprint, a_higher_figure_counts_at_once_and_a_lower_one_when_three_renders_agree) {
  EXPECT_EQ(need_in_use(gibibytes(14), measured({gibibytes(16)})), gibibytes(18));
  EXPECT_EQ(need_in_use(gibibytes(14), measured({gibibytes(8)})), gibibytes(14));
  EXPECT_EQ(need_in_use(gibibytes(14), measured({gibibytes(8), gibibytes(8)})), gibibytes(14));
  EXPECT_EQ(need_in_use(gibibytes(14), measured({gibibytes(7), gibibytes(8), gibibytes(6)})), gibibytes(9))
      << "the highest of them, and an eighth";
  EXPECT_EQ(learned_need(measured({gibibytes(1)})), gibibytes(1) + mebibytes(256));
}

TEST(Footprint, a_margin_alone_raises_nothing) {
  EXPECT_EQ(need_in_use(gibibytes(14), measured({gibibytes(13)})), gibibytes(14));
  EXPECT_EQ(need_in_use(gibibytes(14), measured({gibibytes(13), gibibytes(13), gibibytes(13)})), gibibytes(14));
}

TEST(Footprint, room_in_which_it_succeeded_is_enough) {
  EXPECT_EQ(need_in_use(gibibytes(14), measured({gibibytes(16)}, gibibytes(17))), gibibytes(17));
}

TEST(Footprint, the_newest_renders_count_and_older_ones_are_forgotten) {
  Footprint footprint = measured({gibibytes(24), gibibytes(8), gibibytes(8), gibibytes(8), gibibytes(8)});
  EXPECT_EQ(learned_need(footprint), gibibytes(27));
  learn_peak(footprint, {gibibytes(8), gibibytes(30)}, evening);
  EXPECT_EQ(learned_need(footprint), gibibytes(9));
  EXPECT_EQ(footprint.runs, 6);
  EXPECT_EQ(footprint.measured_at, evening);
}

TEST(Footprint, one_that_ran_out_of_memory_wants_more_than_it_had) {
  Footprint footprint;
  learn_shortage(footprint, gibibytes(14), gibibytes(16), evening);
  EXPECT_EQ(need_in_use(gibibytes(14), footprint), gibibytes(18));
  EXPECT_EQ(footprint.ran_out_at, evening);
  for (int i = 0; i < 6; ++i) learn_peak(footprint, {gibibytes(8), gibibytes(18)}, evening);
  EXPECT_EQ(need_in_use(gibibytes(14), footprint), gibibytes(18)) << "peaks that were seen since do not lower it";
}

TEST(Footprint, one_that_ran_out_in_room_to_spare_wants_little_more) {
  Footprint footprint = measured({gibibytes(5)}, gibibytes(8));
  learn_shortage(footprint, gibibytes(6), gibibytes(30), evening);
  EXPECT_EQ(learned_need(footprint), gibibytes(9)) << "8 GiB was enough before";
  Footprint unknown;
  learn_shortage(unknown, gibibytes(4), gibibytes(30), evening);
  EXPECT_EQ(learned_need(unknown), gibibytes(9)) << "at most twice what it wanted, and the margin";
}

TEST(Footprint, every_shortage_raises_what_it_wants) {
  Footprint footprint = measured({gibibytes(5)}, gibibytes(8));
  Bytes need = gibibytes(6);
  for (int i = 0; i < 3; ++i) {
    learn_shortage(footprint, need, need, evening);
    EXPECT_GT(need_in_use(gibibytes(6), footprint), need);
    need = need_in_use(gibibytes(6), footprint);
  }
}

TEST(Footprint, what_a_person_pins_counts_whatever_was_measured) {
  Footprint pinned = measured({gibibytes(16)});
  pinned.pinned = gibibytes(3);
  EXPECT_EQ(need_in_use(gibibytes(14), pinned), gibibytes(3));
}

TEST(Footprint, sizes_of_one_kind_are_told_apart) {
  Ledger ledger;
  ledger.footprints["video-832x480-81frames"] = measured({gibibytes(16)});
  EXPECT_EQ(need_of(ledger, video(), {}), gibibytes(18));
  EXPECT_EQ(need_of(ledger, video(), {{"frames", "9"}}), gibibytes(14));
}

}  // namespace
}  // namespace malin
