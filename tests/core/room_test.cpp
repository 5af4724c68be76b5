#include "core/room.hpp"

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {
namespace {

using Names = std::vector<std::string>;
using Verdict = RoomPlan::Verdict;

struct RoomTest : testing::Test {
  Moment moment;

  RoomPlan plan(std::string_view kind) const {
    return plan_room(moment.situation(), moment.views(), *moment.config.kind(kind), moment.config.kind(kind)->need);
  }
  KindSpec& kind(std::size_t index) { return moment.config.kinds[index]; }
};

TEST_F(RoomTest, room_is_what_is_free_and_what_the_renderer_holds_less_the_headroom) {
  moment.show_free(gibibytes(3));
  moment.renderer().held = gibibytes(2);
  const RendererSpec& renderer = moment.config.renderers[0];
  EXPECT_EQ(room_for_render(moment.situation(), renderer, start), gibibytes(5) - mebibytes(256));
  EXPECT_EQ(room_for_render(moment.situation(), renderer, start + 1ms), std::nullopt) << "an old look proves nothing";
  moment.seen.cards["gpu0"].error = Error{Errc::timeout, ""};
  EXPECT_EQ(room_for_render(moment.situation(), renderer, start), std::nullopt);
}

TEST_F(RoomTest, where_there_is_room_nobody_leaves_whatever_the_recipe) {
  moment.show_free(gibibytes(7));
  EXPECT_EQ(plan("selfie").verdict, Verdict::there);
}

TEST_F(RoomTest, the_recipe_is_followed_where_it_suffices) {
  const RoomPlan plan = this->plan("selfie");
  EXPECT_EQ(plan.verdict, Verdict::evict);
  EXPECT_EQ(plan.evict, Names{"vision"});
}

TEST_F(RoomTest, a_recipe_that_does_not_suffice_is_widened_only_where_allowed) {
  kind(0).need = gibibytes(8);
  EXPECT_EQ(plan("selfie").evict, (Names{"vision", "voice"}));
  kind(0).may_widen = false;
  EXPECT_EQ(plan("selfie").verdict, Verdict::none);
  EXPECT_NE(plan("selfie").why.find("held by lmstudio 29 GiB, game 512 MiB"), std::string::npos) << plan("selfie").why;
}

TEST_F(RoomTest, without_a_recipe_the_cheapest_set_is_chosen) {
  EXPECT_EQ(plan("video").evict, Names{"brain"});
  kind(1).need = gibibytes(10);
  EXPECT_EQ(plan("video").evict, (Names{"vision", "voice"}));
  kind(1).need = gibibytes(40);
  EXPECT_EQ(plan("video").verdict, Verdict::none);
}

TEST_F(RoomTest, without_its_recipe_a_video_of_the_example_needs_only_the_brain_away) {
  // The numbers of config/malin.toml.
  moment.config.senses[2].footprint = mebibytes(3606);
  moment.config.senses[2].impact = 8;
  moment.config.senses[2].evictable = false;
  kind(1).evict = Names{"vision", "brain"};
  EXPECT_EQ(plan("video").evict, (Names{"vision", "brain"}));
  kind(1).evict.reset();
  EXPECT_EQ(plan("video").evict, Names{"brain"});
}

TEST_F(RoomTest, more_senses_than_a_plan_could_once_look_at_are_all_candidates) {
  moment.config.senses.clear();
  for (int i = 0; i < 40; ++i) moment.config.senses.push_back(sense("s" + std::to_string(i), mebibytes(350), 40 - i));
  moment = Moment(moment.config);
  kind(1).evict.reset();
  EXPECT_EQ(plan("video").verdict, Verdict::none) << "14 GiB are more than all of them";
  kind(1).need = gibibytes(13);
  EXPECT_EQ(plan("video").evict.size(), 38u);
  EXPECT_EQ(plan("video").evict.back(), "s39") << "the least missed is the last in the config";
}

TEST_F(RoomTest, only_senses_that_are_ready_and_may_leave_are_planned_away) {
  moment.config.senses[0].evictable = false;
  EXPECT_EQ(plan("video").verdict, Verdict::none);
  moment.config.senses[0].evictable = true;
  moment.resident("brain").state = ResidentState::loading;
  EXPECT_EQ(plan("video").verdict, Verdict::none);
  moment.resident("brain").state = ResidentState::idle;
  moment.config.engines[0].can_unload = false;
  EXPECT_EQ(plan("video").verdict, Verdict::none);
  EXPECT_EQ(plan("selfie").why, "vision is not ready, so it cannot be sent away now");
}

TEST_F(RoomTest, senses_on_another_card_give_nothing) {
  moment.config.cards.push_back({.name = "gpu1"});
  moment.config.senses[0].card = "gpu1";
  EXPECT_EQ(plan("video").verdict, Verdict::none);
  kind(0).evict = Names{"brain", "vision"};
  EXPECT_EQ(plan("selfie").evict, Names{"vision"});
}

TEST_F(RoomTest, a_learned_footprint_is_believed_before_the_configured_one) {
  moment.ledger.profiles["vision"].footprint = gibibytes(3);
  EXPECT_EQ(plan("selfie").evict, (Names{"vision", "voice"}));
}

TEST_F(RoomTest, the_unknown_is_not_planned_with) {
  moment.seen.renderers.clear();
  EXPECT_EQ(plan("selfie").verdict, Verdict::unknown);
  moment = Moment();
  moment.seen.cards.clear();
  EXPECT_EQ(plan("selfie").verdict, Verdict::unknown);
  EXPECT_EQ(plan("selfie").why, "card gpu0 cannot be read");
  EXPECT_EQ(describe_holders(moment.situation(), "gpu0"), "nobody knows: the card cannot be read");
}

TEST_F(RoomTest, holders_that_the_driver_does_not_name_are_said_to_be_unnamed) {
  moment.seen.cards["gpu0"].value->holders = {{.pid = 9, .used = std::nullopt}};
  EXPECT_EQ(describe_holders(moment.situation(), "gpu0"), "31.5 GiB in processes that the driver does not name");
  moment.seen.cards["gpu0"].value->holders = {{.pid = 9, .used = gibibytes(1)}};
  EXPECT_EQ(describe_holders(moment.situation(), "gpu0"), "process 9 1 GiB");
}

}  // namespace
}  // namespace malin::fake
