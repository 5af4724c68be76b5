// Turns, the toggle, and what is asked back.
#include "api/face.hpp"

namespace malin::api {
namespace {

using malin::testing::Answer;
using malin::testing::GreenFace;

struct PresenceTest : GreenFace {
  // A window with vision away.
  void open_window() {
    ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
    ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  }
};

TEST_F(PresenceTest, a_turn_is_begun_kept_alive_and_ended) {
  const Answer begun = post("/v1/turns");
  ASSERT_EQ(begun.status, 201u) << begun.body;
  const std::string turn = "/v1/turns/" + begun.text("id");
  EXPECT_EQ(begun.headers.get("Location"), turn);
  home.pass(std::chrono::seconds(20));
  const Answer kept = ask("PUT", turn);
  EXPECT_EQ(kept.status, 200u);
  EXPECT_GT(kept.text("expires_at"), begun.text("expires_at"));
  EXPECT_EQ(get("/v1/status").at("/presence/turns").as_int64(), 1);
  EXPECT_EQ(ask("DELETE", turn).status, 204u);
  EXPECT_EQ(ask("DELETE", turn).status, 404u);
  EXPECT_EQ(ask("PUT", turn).status, 404u);
  EXPECT_EQ(ask("PUT", "/v1/turns/t-0").status, 404u);
}

TEST_F(PresenceTest, a_turn_that_is_not_kept_alive_is_over) {
  const Answer begun = post("/v1/turns");
  home.pass(std::chrono::seconds(31));
  EXPECT_EQ(ask("PUT", "/v1/turns/" + begun.text("id")).status, 404u);
}

TEST_F(PresenceTest, a_turn_cannot_begin_while_someone_is_away_and_hears_until_when) {
  open_window();
  const Answer declined = post("/v1/turns");
  ASSERT_EQ(declined.status, 409u);
  EXPECT_EQ(declined.at("/away"), (boost::json::value{"vision"}));
  EXPECT_EQ(declined.text("until").substr(0, 4), "2026");
  EXPECT_NE(declined.text("line").find("vision is away"), std::string::npos) << declined.body;
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(post("/v1/turns").status, 201u);
}

TEST_F(PresenceTest, no_client_can_fill_the_memory_with_turns) {
  unsigned status = 201;
  int begun = 0;
  while (status == 201 && begun < 1000) {
    status = post("/v1/turns", "{}").status;
    ++begun;
  }
  EXPECT_EQ(status, 503u);
}

TEST_F(PresenceTest, the_toggle_says_how_it_stands) {
  const Answer off = ask("PUT", "/v1/swap", R"({"enabled":false})");
  EXPECT_EQ(off.status, 200u);
  EXPECT_EQ(off.at("/enabled").as_bool(), false);
  EXPECT_EQ(get("/v1/status").at("/swap/enabled").as_bool(), false);
  EXPECT_FALSE(home.store.ledger.settings.swap_enabled);
  EXPECT_EQ(ask("PUT", "/v1/swap", R"({"enabled":true})").at("/enabled").as_bool(), true);
  EXPECT_EQ(ask("PUT", "/v1/swap", R"({"enabled":"off"})").status, 400u);
  EXPECT_EQ(ask("PUT", "/v1/swap", R"({"enable":true})").status, 400u);
  EXPECT_EQ(ask("PUT", "/v1/swap").status, 400u);
}

TEST_F(PresenceTest, a_swap_is_called_off_and_everyone_comes_back) {
  EXPECT_EQ(post("/v1/swap/abort").status, 409u);
  open_window();
  const Answer aborted = post("/v1/swap/abort");
  EXPECT_EQ(aborted.status, 200u) << aborted.body;
  EXPECT_EQ(aborted.text("hold_until").substr(0, 4), "2026");
  ASSERT_TRUE(home.run_until_green());
  EXPECT_EQ(home.job("j-1").state, JobState::queued);
}

TEST_F(PresenceTest, one_sense_is_asked_back) {
  EXPECT_EQ(post("/v1/senses/smell/restore").status, 404u);
  EXPECT_EQ(post("/v1/senses/brain/restore").status, 200u);
  open_window();
  const Answer asked = post("/v1/senses/vision/restore");
  EXPECT_EQ(asked.status, 200u);
  EXPECT_EQ(asked.text("name"), "vision");
  ASSERT_TRUE(home.run_until_green());
}

}  // namespace
}  // namespace malin::api
