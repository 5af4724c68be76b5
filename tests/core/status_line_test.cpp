// The status message while its job is under way: what it says, how often, and its buttons.
#include "core/status_line.hpp"

#include <gtest/gtest.h>

#include "core/fake_expect.hpp"
#include "core/requests.hpp"

namespace malin::fake {
namespace {

// A selfie is being rendered; its message, number 42, was sent at the start.
struct StatusLineTest : testing::Test {
  Moment moment;

  StatusLineTest() {
    moment.config.courier->is_live = true;
    Job& job = moment.queue("selfie");
    job.state = JobState::rendering;
    job.attempts = 1;
    job.prompt_id = "p-1";
    put(OutboxState::announced);
    moment.seen.shown[1] = {.text = "taking your photo", .at = start};
    moment.now = start + 4s;
  }
  Job& job() { return moment.ledger.jobs.at("j-1"); }
  void put(OutboxState state) {
    moment.commit({PutOutbox{{.id = 1, .job = "j-1", .state = state, .text = "taking your photo", .message = 42}}});
  }
  void progress(double fraction) {
    moment.seen.renders["p-1"] = {.value = RenderReading{.state = RenderState::running, .progress = fraction}};
  }
  Decision decide() const {
    const Situation situation = moment.situation();
    Draft draft(situation);
    deliver(situation, draft);
    return std::move(draft).finish();
  }
  std::optional<ShowLine> shows() const {
    const auto some = all_of<ShowLine>(decide().actions);
    return some.empty() ? std::nullopt : std::optional(some[0]);
  }
};

TEST_F(StatusLineTest, it_says_how_far_the_render_is_and_can_be_cancelled) {
  EXPECT_FALSE(shows()) << "nothing new to say";
  progress(0.404);
  const auto line = shows();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->message, 42);
  EXPECT_EQ(line->text, "taking your photo (40 %)");
  EXPECT_EQ(line->buttons, (Buttons{{"Cancel", "cancel j-1"}}));
}

TEST_F(StatusLineTest, it_says_the_kinds_line_as_soon_as_room_is_made) {
  job().state = JobState::queued;
  job().attempts = 0;
  put(OutboxState::announcing);
  moment.commit(decide().changes);
  EXPECT_EQ(all_of<Announce>(decide().actions).at(0).text, "taking your photo");
}

TEST_F(StatusLineTest, it_is_edited_every_four_seconds_at_most) {
  progress(0.4);
  moment.now = start + 3s;
  const Decision early = decide();
  EXPECT_TRUE(early.actions.empty());
  EXPECT_EQ(early.wake_at, start + 4s);
  moment.now = start + 4s;
  EXPECT_TRUE(shows());
  moment.seen.shown[1] = {.text = "taking your photo (40 %)", .at = moment.now};
  EXPECT_FALSE(shows());
  progress(0.5);
  EXPECT_FALSE(shows());
}

TEST_F(StatusLineTest, silence_is_kept_and_a_message_that_is_gone_is_left_alone) {
  progress(0.4);
  moment.seen.courier_silent_until = start + 30s;
  EXPECT_EQ(decide().wake_at, start + 30s);
  moment.seen.courier_silent_until = start;
  moment.seen.attempts["line 1"] = {.failures = 1, .last_at = start, .error = Error{Errc::not_found, "gone"}};
  EXPECT_TRUE(decide().actions.empty());
  EXPECT_FALSE(decide().wake_at);
}

TEST_F(StatusLineTest, the_media_waits_until_an_edit_under_way_has_ended) {
  job().state = JobState::rendered;
  job().media = Media{.path = "/spool/a.png"};
  put(OutboxState::delivering);
  moment.in_flight.push_back({ShowLine{1, 42, "taking your photo (99 %)"}, start});
  EXPECT_TRUE(all_of<Deliver>(decide().actions).empty());
  moment.in_flight.clear();
  EXPECT_FALSE(all_of<Deliver>(decide().actions).empty());
}

TEST_F(StatusLineTest, after_a_failure_it_can_be_tried_again) {
  put(OutboxState::retracting);
  job().state = JobState::failed;
  const auto failed = all_of<Amend>(decide().actions);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].buttons, (Buttons{{"Try again", "again j-1"}}));
  job().state = JobState::cancelled;
  EXPECT_TRUE(all_of<Amend>(decide().actions).at(0).buttons.empty());
}

TEST_F(StatusLineTest, without_commands_there_are_no_buttons_and_no_edits) {
  moment.config.courier->is_live = false;
  progress(0.4);
  EXPECT_TRUE(decide().actions.empty());
  put(OutboxState::retracting);
  job().state = JobState::failed;
  EXPECT_TRUE(all_of<Amend>(decide().actions).at(0).buttons.empty());
}

TEST_F(StatusLineTest, a_job_that_the_person_asked_for_is_told_of_while_it_waits) {
  moment.ledger.next_job = 2;
  const Submission asked{.kind = "selfie", .prompt = "a cat", .key = "telegram-7", .is_told = true};
  const auto accepted = submit_job(moment.config, moment.ledger, asked, moment.now);
  ASSERT_TRUE(accepted);
  moment.commit(accepted->changes);
  moment.commit(decide().changes);
  const auto lines = all_of<Announce>(decide().actions);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].text, queued_line);
  EXPECT_EQ(lines[0].buttons, (Buttons{{"Cancel", "cancel j-2"}}));
}

}  // namespace
}  // namespace malin::fake
