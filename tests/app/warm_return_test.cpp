#include "app/warm_return.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "control/fake_outside.hpp"

namespace malin::app {
namespace {

// Knows where its models lie.
struct EngineWithFiles : testing::FakeEngine {
  using FakeEngine::FakeEngine;
  Task<Result<std::string>> find_file(std::string model) override {
    if (model == unknown) co_return fail(Errc::not_found, "no such file");
    co_return "/models/" + model;
  }
  std::string unknown;
};

struct WarmReturnTest : ::testing::Test {
  WarmReturnTest() {
    home.start();
    EXPECT_TRUE(home.run_until_green());
    boost::asio::co_spawn(home.io, warm_return.run(), [this](std::exception_ptr thrown) {
      is_running = false;
      if (thrown) std::rethrow_exception(thrown);
    });
  }
  ~WarmReturnTest() override {
    EXPECT_TRUE(home.stop());
    EXPECT_TRUE(home.run_until([this] { return !is_running; })) << "it ends with the controller";
  }
  // A disk that needs a second for each piece and never comes to an end.
  static Task<Result<Bytes>> read(WarmReturnTest* test, std::string path, std::function<bool()> may_go_on) {
    test->files.push_back(std::move(path));
    ++test->readers;
    while (may_go_on()) co_await test->home.clock.sleep_until(test->home.clock.now() + std::chrono::seconds(1));
    --test->readers;
    co_return mebibytes(16);
  }

  testing::Home home;
  EngineWithFiles engine{home.clock, home.gpu, home.journal};
  std::map<std::string, Engine*> engines{{"lmstudio", &engine}};
  std::vector<std::string> files;
  int readers = 0;
  bool is_running = true;
  WarmReturn warm_return{home.clock, home.config, *home.controller, engines,
                         [this](std::string path, Bytes, std::function<bool()> may_go_on) {
                           return read(this, std::move(path), std::move(may_go_on));
                         }};
};

TEST_F(WarmReturnTest, while_a_render_runs_the_file_of_who_is_away_is_read_and_no_longer) {
  const std::string model = home.config.sense("vision")->model;
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("unload vision"); }));
  EXPECT_EQ(readers, 0) << "not before the render";
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  ASSERT_TRUE(home.run_until([&] { return readers == 1; }));
  EXPECT_EQ(files, std::vector<std::string>{"/models/" + model});
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_EQ(readers, 0);
  EXPECT_EQ(files.size(), 1U) << "once in a window";
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until_over("j-2"));
  EXPECT_EQ(files.size(), 2U);
}

TEST_F(WarmReturnTest, a_file_that_is_not_known_is_no_trouble) {
  engine.unknown = home.config.sense("vision")->model;
  ASSERT_TRUE(home.submit("selfie"));
  ASSERT_TRUE(home.run_until_over("j-1"));
  EXPECT_TRUE(files.empty());
  EXPECT_EQ(home.job("j-1").state, JobState::delivered);
}

}  // namespace
}  // namespace malin::app
