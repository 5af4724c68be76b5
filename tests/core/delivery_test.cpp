#include "core/delivery.hpp"

#include <gtest/gtest.h>

#include "core/fake_expect.hpp"

namespace malin::fake {
namespace {

struct DeliveryTest : testing::Test {
  Moment moment;

  DeliveryTest() {
    Job& job = moment.queue("selfie");
    job.state = JobState::rendering;
    put({.id = 1, .job = "j-1", .text = "taking your photo"});
  }
  Job& job() { return moment.ledger.jobs.at("j-1"); }
  void put(OutboxItem item) { moment.commit({PutOutbox{std::move(item)}}); }
  bool is_settled() const { return moment.ledger.outbox.empty(); }
  const OutboxItem& item() const { return moment.ledger.outbox.at(1); }
  void render() {
    job().state = JobState::rendered;
    job().media = Media{.path = "/spool/a.png"};
  }
  void in_state(OutboxState state, std::optional<std::int64_t> message) {
    put({.id = 1, .job = "j-1", .state = state, .text = "taking your photo", .message = message});
  }
  Decision decide() const {
    const Situation situation = moment.situation();
    Draft draft(situation);
    deliver(situation, draft);
    return std::move(draft).finish();
  }
  // What came of the send is seen, committed, and forgotten.
  void outcome(Sent sent) {
    moment.seen.sent[1] = std::move(sent);
    const Decision decision = decide();
    moment.commit(decision.changes);
    if (!all_of<PutOutbox>(decision.changes).empty()) moment.seen.sent.erase(1);
  }
  void fails(Errc code) { outcome({.error = Error{code, "why"}}); }
  // What it begins to do, once that is counted in the ledger where it must be.
  template <class T>
  std::optional<T> does() {
    const Decision first = decide();
    if (all_of<T>(first.actions).empty()) moment.commit(first.changes);
    const auto some = all_of<T>(decide().actions);
    return some.empty() ? std::nullopt : std::optional(some[0]);
  }
};

TEST_F(DeliveryTest, the_status_line_becomes_the_media) {
  EXPECT_EQ(does<Announce>()->text, "taking your photo");
  outcome({.message = 42});
  EXPECT_EQ(item().state, OutboxState::announced);
  EXPECT_TRUE(decide().changes.empty());
  EXPECT_TRUE(decide().actions.empty()) << "nothing to say before it is rendered";
  render();
  moment.commit(decide().changes);
  const auto deliver = does<Deliver>();
  ASSERT_TRUE(deliver);
  EXPECT_EQ(deliver->message, 42);
  EXPECT_EQ(deliver->media.path, "/spool/a.png");
  EXPECT_EQ(deliver->caption, "me");
  outcome({.message = 42});
  EXPECT_EQ(job().state, JobState::delivered);
  EXPECT_TRUE(is_settled());
}

TEST_F(DeliveryTest, a_line_whose_answer_was_lost_is_repeated_once_and_then_believed) {
  EXPECT_TRUE(does<Announce>());
  fails(Errc::timeout);
  EXPECT_EQ(item().unsure, 1);
  EXPECT_NE(events_of(decide().changes).find("may appear twice"), std::string::npos);
  EXPECT_TRUE(does<Announce>());
  fails(Errc::timeout);
  EXPECT_EQ(item().unsure, 2);
  moment.commit(decide().changes);
  EXPECT_EQ(item().state, OutboxState::announced);
  EXPECT_EQ(item().message, std::nullopt);
}

TEST_F(DeliveryTest, a_send_is_counted_before_it_is_begun_so_that_a_crash_is_a_doubt_that_is_known) {
  EXPECT_TRUE(decide().actions.empty());
  EXPECT_TRUE(does<Announce>());
  moment.seen = Observation{};
  EXPECT_EQ(item().unsure, 1);
  EXPECT_NE(events_of(decide().changes).find("may appear twice"), std::string::npos);
  EXPECT_TRUE(does<Announce>());
  moment.seen = Observation{};
  moment.commit(decide().changes);
  EXPECT_EQ(item().state, OutboxState::announced) << "it was sent twice at most";
}

TEST_F(DeliveryTest, a_courier_that_is_not_there_is_tried_again_with_pauses) {
  EXPECT_TRUE(does<Announce>());
  moment.seen.attempts["send 1"] = {.failures = 3, .last_at = start, .error = Error{Errc::unreachable, ""}};
  fails(Errc::unreachable);
  EXPECT_FALSE(does<Announce>());
  EXPECT_TRUE(decide().wake_at.has_value());
  EXPECT_EQ(item().unsure, 0) << "it cannot have arrived";
  moment.pass(4s);
  EXPECT_TRUE(does<Announce>());
}

TEST_F(DeliveryTest, a_courier_that_asked_for_silence_gets_it) {
  moment.seen.courier_silent_until = start + 30s;
  EXPECT_FALSE(does<Announce>());
  EXPECT_EQ(decide().wake_at, start + 30s);
  moment.pass(30s);
  EXPECT_TRUE(does<Announce>());
}

TEST_F(DeliveryTest, a_refused_line_does_not_stop_the_media) {
  fails(Errc::refused);
  EXPECT_EQ(item().state, OutboxState::announced);
  render();
  moment.commit(decide().changes);
  EXPECT_EQ(does<Deliver>()->message, std::nullopt);
}

TEST_F(DeliveryTest, an_edit_whose_answer_was_lost_is_repeated_until_it_is_sure) {
  render();
  in_state(OutboxState::delivering, 42);
  for (int i = 0; i < 5; ++i) {
    fails(Errc::timeout);
    EXPECT_TRUE(does<Deliver>());
  }
  EXPECT_EQ(item().unsure, 0);
}

TEST_F(DeliveryTest, a_new_message_whose_answer_was_lost_is_repeated_at_most_once) {
  render();
  for (const bool edits : {true, false}) {
    moment.config.courier->edits = edits;
    job().state = JobState::rendered;
    in_state(OutboxState::delivering, edits ? std::nullopt : std::optional<std::int64_t>(42));
    EXPECT_TRUE(does<Deliver>());
    fails(Errc::timeout);
    EXPECT_EQ(item().unsure, 1);
    EXPECT_TRUE(does<Deliver>());
    fails(Errc::timeout);
    moment.commit(decide().changes);
    EXPECT_TRUE(is_settled());
    EXPECT_EQ(job().state, JobState::delivered);
  }
}

TEST_F(DeliveryTest, a_status_line_that_the_person_deleted_is_replaced_by_a_new_message) {
  render();
  in_state(OutboxState::delivering, 42);
  fails(Errc::not_found);
  EXPECT_EQ(does<Deliver>()->message, std::nullopt);
  fails(Errc::not_found);
  EXPECT_EQ(job().state, JobState::failed);
}

TEST_F(DeliveryTest, media_that_is_not_taken_fails_the_job_and_the_line_says_so) {
  for (const Errc code : {Errc::refused, Errc::bad_reply}) {
    render();
    in_state(OutboxState::delivering, 42);
    fails(code);
    EXPECT_EQ(job().state, JobState::failed);
    EXPECT_EQ(does<Amend>()->text, "I could not take it: why");
    outcome({});
    EXPECT_TRUE(is_settled());
  }
}

TEST_F(DeliveryTest, media_that_is_gone_fails_the_job) {
  job().state = JobState::rendered;
  in_state(OutboxState::delivering, std::nullopt);
  moment.commit(decide().changes);
  EXPECT_EQ(job().state, JobState::failed);
  EXPECT_EQ(job().reason, "its media is gone");
  EXPECT_TRUE(is_settled());
}

TEST_F(DeliveryTest, what_was_announced_and_will_not_come_is_taken_back) {
  for (const JobState state : {JobState::failed, JobState::cancelled}) {
    job().state = state;
    job().reason = "no luck";
    in_state(OutboxState::announced, 42);
    moment.commit(decide().changes);
    EXPECT_EQ(item().state, OutboxState::retracting);
    EXPECT_EQ(does<Amend>()->text,
              state == JobState::failed ? "I could not take it: no luck" : "Never mind, I was asked not to.");
    fails(Errc::not_found);
    EXPECT_TRUE(is_settled());
    in_state(OutboxState::announced, std::nullopt);
    moment.commit(decide().changes);
    EXPECT_TRUE(is_settled()) << "nothing was said, so nothing is taken back";
  }
}

TEST_F(DeliveryTest, a_job_cancelled_before_its_line_was_sent_is_not_spoken_of) {
  job().state = JobState::cancelled;
  moment.in_flight.push_back({Announce{1, "taking your photo"}, start});
  EXPECT_TRUE(decide().changes.empty()) << "it may be arriving now";
  moment.in_flight.clear();
  moment.commit(decide().changes);
  EXPECT_TRUE(is_settled());
}

TEST_F(DeliveryTest, a_notice_is_sent_once_and_given_up_when_refused) {
  put({.id = 1, .text = "brain is back."});
  EXPECT_EQ(does<Announce>()->text, "brain is back.");
  outcome({.message = 7});
  EXPECT_TRUE(is_settled());
  put({.id = 1, .text = "brain is back."});
  fails(Errc::refused);
  EXPECT_TRUE(is_settled());
  put({.id = 1, .text = "brain is back.", .unsure = 2});
  moment.seen.armed.clear();
  moment.commit(decide().changes);
  EXPECT_TRUE(is_settled());
}

TEST_F(DeliveryTest, a_line_of_a_job_that_is_gone_is_dropped) {
  moment.ledger.jobs.clear();
  moment.commit(decide().changes);
  EXPECT_TRUE(is_settled());
}

TEST_F(DeliveryTest, without_a_courier_the_spool_is_the_delivery) {
  moment.config.courier.reset();
  render();
  moment.commit(decide().changes);
  EXPECT_EQ(job().state, JobState::delivered);
  EXPECT_TRUE(is_settled());
  EXPECT_TRUE(decide().changes.empty());
}

TEST(Delivery, lost_answers_of_the_courier_make_no_second_copy_of_the_media) {
  for (int lost = 1; lost < 3; ++lost) {  // Of the line; the media then comes as a new message.
    World world;
    world.outside.failures_left["send 1"] = lost;
    world.outside.failure_code["send 1"] = Errc::timeout;
    const JobId id = world.submit("selfie");
    EXPECT_TRUE(world.run_until_done({id}, 180s)) << world.log;
    expect_good_end(world, {id});
    EXPECT_LE(world.outside.messages.size(), 3u);
  }
}

TEST(Delivery, a_courier_that_is_away_for_hours_delays_and_loses_nothing) {
  World world;
  world.outside.failures_left["send 1"] = 40;
  world.outside.failure_code["send 1"] = Errc::unreachable;
  const JobId id = world.submit("selfie");
  EXPECT_TRUE(world.run_until([&] { return world.job(id).state == JobState::rendered; }, 60s));
  EXPECT_TRUE(world.run_until([&] { return world.is_all_ready() && !world.window(); }, 60s)) << "she does not wait";
  EXPECT_TRUE(world.run_until_done({id}, 4h)) << world.log;
  expect_good_end(world, {id});
}

}  // namespace
}  // namespace malin::fake
