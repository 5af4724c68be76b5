// The daemon's own house, over a loop with simulated outside in simulated time.
#include <gtest/gtest.h>

#include "api/proxy/controller_house.hpp"
#include "control/fake_outside.hpp"

namespace malin::api::proxy {
namespace {

struct HouseTest : ::testing::Test {
  HouseTest() {
    home.start();
    EXPECT_TRUE(home.run_until_green());
    boost::asio::co_spawn(home.io, house.run(), [this](std::exception_ptr thrown) {
      is_over = true;
      if (thrown) std::rethrow_exception(thrown);
    });
    home.pass(Duration{0});
  }
  ~HouseTest() override {
    EXPECT_TRUE(home.stop());
    EXPECT_TRUE(home.run_until([&] { return is_over; }, Duration{0}));
  }
  std::size_t turns() const { return home.controller->situation().seen.presence.turns.size(); }
  bool begin(const std::string& model) { return home.finish(house.begin_turn(model)); }

  malin::testing::Home home;
  ControllerHouse house{home.io.get_executor(),
                        home.clock,
                        home.config,
                        *home.controller,
                        {.engine = home.config.senses.front().engine, .turn_grace = std::chrono::seconds(3)}};
  bool is_over = false;
};

TEST_F(HouseTest, all_replies_share_one_turn_that_lasts_a_little_longer) {
  EXPECT_TRUE(house.is_everyone_here());
  EXPECT_FALSE(house.join_turn());
  ASSERT_TRUE(begin("brain"));
  ASSERT_TRUE(house.join_turn());
  EXPECT_EQ(turns(), 1U);
  home.pass(std::chrono::minutes(5));
  EXPECT_EQ(turns(), 1U) << "it is kept alive";
  house.leave_turn();
  house.leave_turn();
  home.pass(Duration{2900});
  EXPECT_EQ(turns(), 1U);
  ASSERT_TRUE(house.join_turn());
  house.leave_turn();
  home.pass(Duration{2900});
  EXPECT_EQ(turns(), 1U);
  home.pass(Duration{200});
  EXPECT_EQ(turns(), 0U);
}

TEST_F(HouseTest, in_a_window_those_who_are_away_are_told_from_those_who_are_not) {
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  EXPECT_FALSE(house.is_everyone_here());
  EXPECT_TRUE(house.look_up("vision").is_away);
  EXPECT_EQ(house.look_up("vision").line, home.config.kind("selfie")->status_line);
  EXPECT_FALSE(house.look_up("brain").is_away);
  EXPECT_TRUE(house.look_up("something-else").is_away) << "it would be loaded on top of the render";
  EXPECT_FALSE(house.look_up("").is_away) << "nobody named is her who is missed most";
  EXPECT_FALSE(begin("vision"));
  EXPECT_TRUE(begin("brain"));
  house.leave_turn();
  ASSERT_TRUE(home.run_until_over("j-1"));
  home.pass(Duration{0});
  EXPECT_TRUE(house.is_everyone_here());
  EXPECT_FALSE(house.look_up("something-else").is_away);
}

TEST_F(HouseTest, news_come_when_someone_is_back) {
  int news = 0;
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  house.on_news([&] { news += house.look_up("vision").is_away ? 0 : 1; });
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_TRUE(home.run_until([&] { return news > 0; }, Duration{1000}));
}

TEST_F(HouseTest, the_turn_that_only_lingers_makes_way) {
  ASSERT_TRUE(begin("brain"));
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return !home.controller->gap_for().empty(); }));
  EXPECT_FALSE(house.is_everyone_here());
  EXPECT_FALSE(house.join_turn()) << "she ends what she is saying, and nobody new begins";
  EXPECT_FALSE(begin("brain"));
  house.leave_turn();
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_TRUE(begin("brain"));
  house.leave_turn();
}

TEST_F(HouseTest, what_was_asked_for_becomes_jobs_even_if_the_disk_takes_it_late) {
  home.store.fail_next("commit", Errc::unreachable, 2);
  house.take_requests({{"selfie", "a red hat"}, {"nothing-known", "x"}, {"selfie", "a blue hat"}});
  ASSERT_TRUE(home.run_until([&] { return home.store.all_jobs.size() == 2; }));
  EXPECT_EQ(home.job("j-1").prompt, "a red hat");
  EXPECT_EQ(home.job("j-2").prompt, "a blue hat");
}

}  // namespace
}  // namespace malin::api::proxy
