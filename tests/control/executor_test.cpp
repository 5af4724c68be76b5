// The executor alone: deadlines, and what comes back as an observation.
#include <gtest/gtest.h>

#include "control/fake_outside.hpp"

namespace malin::control {
namespace {

using malin::testing::FakeOutside;
using malin::testing::make_config;

struct ExecutorTest : ::testing::Test {
  ExecutorTest() : outside(world.ports()), observer(world.clock.now()) {}

  void start(Action action) { executor.start(std::move(action)); }
  // Until all that was started has ended.
  bool finish(Duration limit = std::chrono::hours(1)) {
    return world.run_until([&] { return executor.in_flight().empty(); }, limit);
  }
  const Attempts& attempts(const std::string& key) const { return observer.newest().attempts.at(key); }
  LoadSense load(const std::string& sense) const {
    LoadSense action;
    action.sense = sense;
    action.engine = "lmstudio";
    action.card = "gpu0";
    action.resident.model = "model/" + sense;
    action.resident.identifier = sense;
    action.limit = std::chrono::seconds(60);
    return action;
  }
  void put_rendering_job() {
    Job job;
    job.id = "j-1";
    job.kind = "selfie";
    job.prompt = "at the beach";
    job.params = {{"steps", "30"}};
    job.state = JobState::rendering;
    job.attempts = 1;
    job.prompt_id = "p-1";
    job.seed = 42;
    ledger.jobs["j-1"] = job;
  }

  FakeOutside world;
  Config config = make_config();
  Ledger ledger;
  Outside outside;
  Observer observer;
  int ended = 0;
  Meters meters{world.clock.now()};
  Executor executor{world.io.get_executor(), config, ledger, outside, observer, meters, [this] { ++ended; }};
};

TEST_F(ExecutorTest, an_action_that_is_under_way_is_not_started_again) {
  world.card.answer_after("probe", Duration(100));
  start(ProbeCard{"gpu0"});
  start(ProbeCard{"gpu0"});
  EXPECT_EQ(executor.in_flight().size(), 1u);
  ASSERT_TRUE(finish());
  EXPECT_EQ(world.card.calls("probe"), 1);
  EXPECT_EQ(ended, 1);
}

TEST_F(ExecutorTest, a_load_that_takes_too_long_is_cancelled_and_has_failed) {
  world.engine.drop("vision");
  world.engine.load_takes = std::chrono::hours(2);
  start(load("vision"));
  ASSERT_TRUE(finish(std::chrono::seconds(61)));
  EXPECT_TRUE(world.journal.has("load over vision"));
  EXPECT_EQ(attempts("load vision").error->code, Errc::timeout);
  EXPECT_EQ(world.engine.find("vision"), nullptr);
  EXPECT_TRUE(observer.newest().engines.at("lmstudio").known()) << "it is looked at again before the load is over";
}

TEST_F(ExecutorTest, a_load_tells_how_far_it_is) {
  world.engine.drop("vision");
  start(load("vision"));
  world.settle();
  ASSERT_EQ(executor.in_flight().size(), 1u);
  EXPECT_EQ(executor.in_flight().front().progress, 0.5);
}

TEST_F(ExecutorTest, a_footprint_is_learned_from_a_load) {
  world.engine.drop("vision");
  world.engine.sizes["vision"] = gibibytes(7);
  world.run_until([] { return false; }, std::chrono::seconds(2));
  world.pass(std::chrono::seconds(2));
  start(ProbeEngine{"lmstudio"});
  ASSERT_TRUE(finish());
  start(load("vision"));
  ASSERT_TRUE(finish());
  EXPECT_EQ(observer.newest().measured.at("vision"), gibibytes(7));
}

TEST_F(ExecutorTest, a_footprint_is_not_learned_while_another_model_comes_or_goes) {
  world.engine.drop("vision");
  start(ProbeEngine{"lmstudio"});
  ASSERT_TRUE(finish());
  world.engine.load_takes = Duration(100);
  start(load("vision"));
  world.settle();
  world.engine.drop("brain");
  ASSERT_TRUE(finish());
  EXPECT_TRUE(observer.newest().measured.empty());
}

TEST_F(ExecutorTest, a_footprint_that_cannot_be_is_not_believed) {
  for (const Bytes size : {gibibytes(2), gibibytes(13)}) {
    world.engine.drop("vision");
    world.engine.drop("brain");
    world.engine.sizes["vision"] = size;
    world.pass(std::chrono::seconds(2));
    start(load("vision"));
    ASSERT_TRUE(finish());
    EXPECT_TRUE(observer.newest().measured.empty()) << size.count;
  }
}

TEST_F(ExecutorTest, a_load_that_fails_teaches_no_footprint) {
  world.engine.drop("vision");
  world.pass(std::chrono::seconds(2));
  world.engine.fail_next("load", Errc::refused);
  start(load("vision"));
  ASSERT_TRUE(finish());
  EXPECT_TRUE(observer.newest().measured.empty());
  EXPECT_EQ(attempts("load vision").failures, 1);
  EXPECT_EQ(attempts("load vision").error->code, Errc::refused);
}

TEST_F(ExecutorTest, a_release_is_over_only_when_the_memory_is_back) {
  world.gpu.hold("comfyui", gibibytes(6));
  start(ReleaseRenderer{"comfyui"});
  ASSERT_TRUE(finish());
  EXPECT_EQ(attempts("release comfyui").failures, 0);
  EXPECT_EQ(observer.newest().renderers.at("comfyui").known()->held, Bytes{});
}

TEST_F(ExecutorTest, a_release_that_brings_nothing_back_has_timed_out) {
  world.gpu.hold("comfyui", gibibytes(6));
  world.renderer.gives_back = false;
  start(ReleaseRenderer{"comfyui"});
  EXPECT_FALSE(finish(std::chrono::seconds(14)));
  ASSERT_TRUE(finish(std::chrono::seconds(2)));
  EXPECT_EQ(attempts("release comfyui").error->code, Errc::timeout);
  EXPECT_NE(attempts("release comfyui").error->message.find("6 GiB"), std::string::npos)
      << attempts("release comfyui").error->message;
}

TEST_F(ExecutorTest, a_render_is_ordered_with_the_slots_of_its_kind_and_those_of_its_job) {
  put_rendering_job();
  start(SubmitRender{"j-1", "comfyui", "p-1"});
  ASSERT_TRUE(finish());
  ASSERT_EQ(world.renderer.orders.size(), 1u);
  const std::map<std::string, std::string> slots{
      {"prompt", "at the beach"}, {"seed", "42"}, {"steps", "30"}, {"width", "1024"}};
  EXPECT_EQ(world.renderer.orders[0].slots, slots);
  EXPECT_EQ(observer.newest().renders.at("p-1").known()->state, RenderState::running);
}

TEST_F(ExecutorTest, a_render_of_an_older_attempt_is_not_ordered_any_more) {
  put_rendering_job();
  start(SubmitRender{"j-1", "comfyui", "p-0"});
  ASSERT_TRUE(finish());
  EXPECT_TRUE(world.renderer.orders.empty());
}

TEST_F(ExecutorTest, what_the_renderer_calls_its_file_never_becomes_a_path) {
  put_rendering_job();
  const std::vector<std::pair<std::string, std::string>> cases{
      {"../../x.png", "j-1-1.png"},       {"/etc/passwd", "j-1-1.bin"},
      {"a.p/../../../b", "j-1-1.bin"},    {"x.png/../../y", "j-1-1.bin"},
      {"no ending", "j-1-1.bin"},         {"ends in a dot.", "j-1-1.bin"},
      {"x.averylongending", "j-1-1.bin"}, {std::string("x.pn\0g", 6), "j-1-1.bin"}};
  for (const auto& [theirs, ours] : cases) {
    OutputFile file;
    file.filename = theirs;
    file.subfolder = "../../secret";
    start(CollectMedia{"j-1", "comfyui", {file}});
    ASSERT_TRUE(finish());
    EXPECT_EQ(world.renderer.fetched.back(), world.spool.path / ours) << theirs;
    EXPECT_EQ(observer.newest().collected.at("j-1").media->path, world.spool.path / ours);
  }
}

TEST_F(ExecutorTest, a_file_that_is_no_picture_does_not_stay_in_the_spool) {
  put_rendering_job();
  world.inspector.fail_next("inspect", Errc::bad_reply);
  start(CollectMedia{"j-1", "comfyui", world.renderer.files});
  ASSERT_TRUE(finish());
  EXPECT_EQ(observer.newest().collected.at("j-1").error->code, Errc::bad_reply);
  EXPECT_TRUE(std::filesystem::is_empty(world.spool.path));
}

TEST_F(ExecutorTest, someone_generating_is_heard_and_our_own_probe_is_not) {
  world.pass(std::chrono::seconds(60));
  const TimePoint quiet = observer.newest().presence.quiet_since;
  world.engine.residents[0].state = ResidentState::busy;
  world.engine.answer_after("probe_sense", std::chrono::seconds(1));
  start(ProbeSense{"brain", "lmstudio", "brain", "brain#1"});
  start(ProbeEngine{"lmstudio"});
  world.settle();
  EXPECT_EQ(observer.newest().presence.quiet_since, quiet);
  ASSERT_TRUE(finish());
  start(ProbeEngine{"lmstudio"});
  ASSERT_TRUE(finish());
  EXPECT_EQ(observer.newest().presence.quiet_since, world.clock.now());
}

TEST_F(ExecutorTest, stopping_cancels_all_that_runs_and_starts_nothing_more) {
  world.engine.never_answer("probe");
  world.engine.drop("vision");
  start(ProbeEngine{"lmstudio"});
  start(load("vision"));
  world.settle();
  EXPECT_EQ(executor.in_flight().size(), 2u);
  bool is_over = false;
  boost::asio::co_spawn(world.io, executor.stop(), [&](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
    is_over = true;
  });
  world.settle();
  EXPECT_TRUE(is_over);
  EXPECT_TRUE(executor.in_flight().empty());
  start(ProbeCard{"gpu0"});
  EXPECT_TRUE(executor.in_flight().empty());
}

TEST_F(ExecutorTest, a_delivery_and_its_message_come_back_as_an_observation) {
  Media media;
  media.path = "/spool/j-1-1.png";
  world.courier.silent = std::chrono::seconds(30);
  start(Deliver{7, "j-1", std::nullopt, media, "for you"});
  ASSERT_TRUE(finish());
  EXPECT_EQ(observer.newest().sent.at(7).message, 101);
  EXPECT_EQ(observer.newest().courier_silent_until, world.clock.now() + std::chrono::seconds(30));
  world.courier.fail_next("announce", Errc::timeout);
  start(Announce{8, "taking your photo"});
  ASSERT_TRUE(finish());
  EXPECT_EQ(observer.newest().sent.at(8).error->code, Errc::timeout);
}

TEST_F(ExecutorTest, a_restart_is_counted_whether_it_helped_or_not) {
  world.commands.fail_next("run", Errc::timeout);
  start(RestartServer{"comfyui"});
  ASSERT_TRUE(finish());
  start(StartServer{"comfyui"});
  ASSERT_TRUE(finish());
  EXPECT_EQ(observer.newest().restarts.at("comfyui").size(), 2u);
  EXPECT_TRUE(world.journal.has("run comfy restart"));
  EXPECT_TRUE(world.journal.has("run comfy start"));
  EXPECT_EQ(attempts("restart comfyui").error->code, Errc::timeout);
}

}  // namespace
}  // namespace malin::control
