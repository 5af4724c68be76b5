#include "core/render_use.hpp"

#include <gtest/gtest.h>

namespace malin {
namespace {

constexpr int engine = 7;
constexpr int renderer = 8;

// A card of 32 GiB with two processes; the driver may keep to itself what each has.
CardReading card(Bytes engine_used, Bytes renderer_used, bool tells = true) {
  CardReading reading{.total = gibibytes(32)};
  reading.used = engine_used + renderer_used;
  reading.free = reading.total - reading.used;
  reading.holders = {{.pid = engine, .name = "lms"}, {.pid = renderer, .name = "python"}};
  if (tells) {
    reading.holders[0].used = engine_used;
    reading.holders[1].used = renderer_used;
  }
  return reading;
}

RenderUse before(const CardReading& reading, Bytes held = {}) {
  Config config;
  config.cards = {{.name = "gpu0", .headroom = gibibytes(1)}};
  const RendererSpec spec{.server = {.name = "comfyui"}, .card = "gpu0", .rest = mebibytes(300)};
  return before_render(config, spec, reading, {.held = held}, TimePoint());
}

TEST(RenderUse, the_room_is_what_is_free_or_held_already_without_the_headroom) {
  EXPECT_EQ(before(card(gibibytes(20), gibibytes(1)), mebibytes(256)).room, gibibytes(10) + mebibytes(256));
}

TEST(RenderUse, is_the_most_that_one_process_grew) {
  RenderUse use = before(card(gibibytes(20), gibibytes(1)));
  for (const int used : {3, 6, 4}) look(use, card(gibibytes(20), gibibytes(used)));
  ASSERT_TRUE(peak_of(use));
  EXPECT_EQ(peak_of(use)->taken, gibibytes(5));
  EXPECT_EQ(peak_of(use)->room, gibibytes(10));
}

TEST(RenderUse, memory_of_others_that_is_still_on_its_way_back_hides_nothing) {
  RenderUse use = before(card(gibibytes(20), gibibytes(1)));
  for (const int used : {3, 6, 6}) look(use, card(gibibytes(14), gibibytes(used)));
  EXPECT_EQ(peak_of(use)->taken, gibibytes(5));
}

TEST(RenderUse, where_the_driver_names_no_process_it_is_what_the_card_lost_or_the_renderer_says) {
  RenderUse use = before(card(gibibytes(20), gibibytes(1), false));
  for (const int used : {3, 6, 4}) look(use, card(gibibytes(20), gibibytes(used), false));
  EXPECT_EQ(peak_of(use)->taken, gibibytes(5));
  look(use, RendererReading{.held = gibibytes(7)});
  EXPECT_EQ(peak_of(use)->taken, gibibytes(7));
}

TEST(RenderUse, cannot_be_told_while_someone_else_grows_as_well) {
  RenderUse use = before(card(gibibytes(20), gibibytes(1)));
  for (const int used : {3, 6, 4}) look(use, card(gibibytes(20) + mebibytes(200), gibibytes(used)));
  EXPECT_FALSE(has_company(use));
  EXPECT_TRUE(peak_of(use));
  look(use, card(gibibytes(21), gibibytes(4)));
  EXPECT_TRUE(has_company(use));
  EXPECT_FALSE(peak_of(use));
}

TEST(RenderUse, cannot_be_told_while_a_model_comes_or_goes) {
  RenderUse use = before(card(gibibytes(20), gibibytes(1)));
  for (const int used : {3, 6, 4}) look(use, card(gibibytes(20), gibibytes(used)));
  look(use, "lmstudio", EngineReading{.residents = {{.identifier = "brain", .instance = "1"}}});
  look(use, "lmstudio", EngineReading{.residents = {{.identifier = "brain", .instance = "1"}}});
  EXPECT_TRUE(peak_of(use));
  look(use, "lmstudio", EngineReading{.residents = {{.identifier = "brain", .instance = "2"}}});
  EXPECT_TRUE(has_company(use));
  EXPECT_FALSE(peak_of(use));
}

TEST(RenderUse, cannot_be_told_by_a_glance_or_on_top_of_an_earlier_render) {
  RenderUse use = before(card(gibibytes(20), gibibytes(1)));
  for (int i = 0; i < 2; ++i) look(use, card(gibibytes(20), gibibytes(6)));
  EXPECT_FALSE(peak_of(use)) << "too few looks";
  RenderUse later = before(card(gibibytes(20), gibibytes(6)), gibibytes(5));
  for (int i = 0; i < 3; ++i) look(later, card(gibibytes(20), gibibytes(7)));
  EXPECT_FALSE(peak_of(later));
}

}  // namespace
}  // namespace malin
