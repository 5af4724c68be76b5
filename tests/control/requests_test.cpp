// What people and programs ask of the loop.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

#include "control/fake_outside.hpp"

namespace malin::control {
namespace {

using malin::testing::Home;
using namespace boost::asio::experimental::awaitable_operators;

Submission selfie(const std::string& prompt, const std::string& key = "") {
  Submission submission;
  submission.kind = "selfie";
  submission.prompt = prompt;
  submission.key = key;
  return submission;
}

// Swapping is off, so that jobs stay queued.
struct Requests : ::testing::Test {
  Requests() {
    home.store.ledger.settings.swap_enabled = false;
    home.start();
    EXPECT_TRUE(home.run_until_green());
    EXPECT_TRUE(home.finish(home.controller->set_swap(false)));
  }
  Home home;
};

Task<std::vector<JobId>> submit_three(Controller& controller) {
  Task<Result<Submitted>> first = controller.submit(selfie("one"));
  Task<Result<Submitted>> second = controller.submit(selfie("two"));
  Task<Result<Submitted>> third = controller.submit(selfie("three"));
  const auto [a, b, c] = co_await (std::move(first) && std::move(second) && std::move(third));
  co_return std::vector<JobId>{a->job.id, b->job.id, c->job.id};
}

TEST_F(Requests, of_one_moment_share_one_transaction) {
  const int commits = home.store.commits;
  home.store.answer_after("commit", Duration(100));
  const std::vector<JobId> ids = home.finish(submit_three(*home.controller));
  EXPECT_EQ(ids, (std::vector<JobId>{"j-1", "j-2", "j-3"}));
  EXPECT_EQ(home.store.commits, commits + 1);
}

TEST_F(Requests, the_same_key_is_the_same_job) {
  const auto first = home.submit("selfie", "one", "k");
  const auto second = home.submit("selfie", "two", "k");
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->is_new);
  EXPECT_FALSE(second->is_new);
  EXPECT_EQ(second->job.id, first->job.id);
  EXPECT_EQ(second->job.prompt, "one");
  EXPECT_EQ(home.store.all_jobs.size(), 1u);
}

Task<std::vector<Submitted>> submit_twice(Controller& controller) {
  Task<Result<Submitted>> first = controller.submit(selfie("one", "k"));
  Task<Result<Submitted>> second = controller.submit(selfie("two", "k"));
  const auto [a, b] = co_await (std::move(first) && std::move(second));
  co_return std::vector<Submitted>{*a, *b};
}

TEST_F(Requests, the_same_key_at_the_same_moment_is_the_same_job_too) {
  home.store.answer_after("job_by_key", Duration(10));
  home.store.answer_after("commit", Duration(100));
  const auto both = home.finish(submit_twice(*home.controller));
  EXPECT_EQ(both[0].job.id, both[1].job.id);
  EXPECT_NE(both[0].is_new, both[1].is_new);
  EXPECT_EQ(home.store.all_jobs.size(), 1u);
}

TEST_F(Requests, a_declined_one_takes_no_part_in_the_transaction_of_the_others) {
  ASSERT_TRUE(home.submit("selfie"));
  const auto wrong = home.submit("painting");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::not_found);
  EXPECT_EQ(home.store.all_jobs.size(), 1u);
}

TEST_F(Requests, of_one_reply_are_taken_all_or_none) {
  std::vector<Submission> good{selfie("one"), selfie("two")};
  std::vector<Submission> bad{selfie("three"), selfie(" ")};
  const auto taken = home.finish(home.controller->submit_all(good));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->size(), 2u);
  const auto declined = home.finish(home.controller->submit_all(bad));
  EXPECT_FALSE(declined);
  EXPECT_EQ(home.store.all_jobs.size(), 2u);
}

TEST_F(Requests, nothing_is_acknowledged_that_the_disk_did_not_take) {
  home.store.fail_next("commit", Errc::unreachable);
  const auto lost = home.submit("selfie");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::unreachable);
  EXPECT_TRUE(home.store.all_jobs.empty());
  const auto again = home.submit("selfie");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->job.id, "j-1");
}

TEST_F(Requests, a_job_is_cancelled_once) {
  ASSERT_TRUE(home.submit("selfie"));
  EXPECT_TRUE(home.finish(home.controller->cancel("j-1")));
  EXPECT_EQ(home.job("j-1").state, JobState::cancelled);
  EXPECT_EQ(home.finish(home.controller->cancel("j-1")).error().code, Errc::refused);
  EXPECT_EQ(home.finish(home.controller->cancel("j-9")).error().code, Errc::not_found);
}

TEST_F(Requests, a_job_that_only_the_store_remembers_is_past_cancelling) {
  Job old;
  old.id = "j-0";
  old.state = JobState::delivered;
  home.store.all_jobs["j-0"] = old;
  EXPECT_EQ(home.finish(home.controller->cancel("j-0")).error().code, Errc::refused);
  EXPECT_EQ(home.finish(home.controller->job("j-0"))->state, JobState::delivered);
}

TEST_F(Requests, a_daemon_that_stops_says_so) {
  home.store.answer_after("commit", std::chrono::seconds(1));
  std::optional<Result<Submitted>> answered;
  boost::asio::co_spawn(home.io, home.controller->submit(selfie("one")),
                        [&](std::exception_ptr, Result<Submitted> result) { answered = std::move(result); });
  home.settle();
  home.controller->stop();
  ASSERT_TRUE(home.run_until([&] { return !home.is_running; }));
  ASSERT_TRUE(answered);
  EXPECT_TRUE(*answered) << "its commit was under way";
  const auto late = home.submit("selfie");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unreachable);
}

TEST_F(Requests, what_a_sense_takes_stays_forgotten_although_its_load_was_measured) {
  const auto learned = [this] { return home.controller->situation().ledger.profiles.at("vision").footprint; };
  home.engine.sizes["vision"] = gibibytes(7);
  home.engine.drop("vision");
  ASSERT_TRUE(home.run_until([&] { return learned() == gibibytes(7); }));
  EXPECT_TRUE(home.finish(home.controller->forget_footprint("vision")));
  home.pass(std::chrono::seconds(10));
  EXPECT_EQ(learned(), std::nullopt);
}

TEST_F(Requests, whoever_waits_for_news_hears_of_a_new_job) {
  home.pass(std::chrono::seconds(1));
  const std::int64_t seen = home.controller->revision();
  bool is_heard = false;
  boost::asio::co_spawn(home.io, home.controller->wait_for_news(seen, TimePoint::max()),
                        [&](std::exception_ptr) { is_heard = true; });
  home.settle();
  EXPECT_FALSE(is_heard);
  ASSERT_TRUE(home.submit("selfie"));
  home.settle();
  EXPECT_TRUE(is_heard);
}

}  // namespace
}  // namespace malin::control
