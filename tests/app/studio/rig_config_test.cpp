// The config file that a rig writes, read back as the daemon reads it.
#include "app/studio/rig_config.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/config.hpp"

namespace malin::app {
namespace {

namespace fs = std::filesystem;

struct RigConfig : testing::Test {
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "malin-rig-config-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder); }

  ConfigResult load() {
    const Result<RigSupplies> supplies = find_supplies();
    EXPECT_TRUE(supplies) << supplies.error().message;
    if (!supplies) return std::unexpected(ConfigProblems{});
    const Result<fs::path> written = write_rig_config(folder, *supplies, options);
    EXPECT_TRUE(written) << written.error().message;
    return load_config(folder / "malin.toml", {});
  }

  fs::path folder;
  RigConfigOptions options{.ports = {.lmstudio = 1, .comfyui = 2, .telegram = 3, .chatterbox = 4, .control = 5},
                           .token = "7425:malin-rig",
                           .chat = 42,
                           .card_total = mebibytes(32'607)};
};

TEST_F(RigConfig, loads_without_problems_and_needs_no_environment) {
  for (const auto flavour : {rig::ChatterboxFlavour::devnen, rig::ChatterboxFlavour::travisvn}) {
    for (const double speed : {0.5, 1.0, 7.0, 1000.0}) {
      options.flavour = flavour;
      options.speed = speed;
      const ConfigResult config = load();
      ASSERT_TRUE(config) << format_problem(config.error().front());
      EXPECT_EQ(config->senses.size(), 3U);
      EXPECT_EQ(config->kinds.size(), 2U);
      EXPECT_EQ(config->courier->token.reveal(), "7425:malin-rig");
      EXPECT_EQ(config->engines.front().url, "http://127.0.0.1:1");
      EXPECT_EQ(config->root.state_dir, folder / "state");
    }
  }
}

TEST_F(RigConfig, names_the_models_that_the_rig_starts_with) {
  const ConfigResult config = load();
  ASSERT_TRUE(config);
  for (const rig::RigResident& resident : rig::RigOptions{}.residents) {
    const auto same = [&](const SenseSpec& sense) {
      return sense.model == resident.model && sense.identifier == resident.identifier;
    };
    EXPECT_TRUE(std::ranges::any_of(config->senses, same)) << resident.model;
  }
}

TEST_F(RigConfig, waits_become_shorter_with_the_speed) {
  options.speed = 10;
  const ConfigResult config = load();
  ASSERT_TRUE(config);
  EXPECT_EQ(config->swap.idle_grace, Duration{800});
  EXPECT_EQ(config->swap.min_present, Duration{800});
  EXPECT_EQ(config->core.kind("selfie")->patience, Duration{12'000});
  EXPECT_EQ(config->swap.slow_probe, Duration{500});
  EXPECT_EQ(config->swap.absence_limit, std::chrono::minutes(10));
}

TEST_F(RigConfig, can_be_written_again_and_keeps_the_token_private) {
  ASSERT_TRUE(load());
  options.api_port = 0;
  const ConfigResult again = load();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->api.port, 0);
  struct stat status{};
  ASSERT_EQ(::stat((folder / "telegram.token").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(RigConfig, supplies_are_found_in_a_build_and_in_an_installation) {
  const auto put = [&](const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "{}";
  };
  EXPECT_EQ(find_supplies(folder / "lib/malin/malin-studio").error().code, Errc::not_found);
  put(folder / "lib/malin/rig/libnvidia-ml.so.1");
  put(folder / "share/malin/workflows/selfie.json");
  const Result<RigSupplies> installed = find_supplies(folder / "lib/malin/malin-studio");
  ASSERT_TRUE(installed);
  EXPECT_EQ(fs::canonical(installed->driver), fs::canonical(folder / "lib/malin/rig/libnvidia-ml.so.1"));
  put(folder / "source/build/release/rig/libnvidia-ml.so.1");
  put(folder / "source/config/workflows/selfie.json");
  const Result<RigSupplies> built = find_supplies(folder / "source/build/release/malin-studio");
  ASSERT_TRUE(built);
  EXPECT_TRUE(fs::equivalent(built->workflows, folder / "source/config/workflows"));
}

}  // namespace
}  // namespace malin::app
