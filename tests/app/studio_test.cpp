// Where the daemon finds the program that looks at finished media.
#include "app/studio.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/temporary_folder.hpp"

namespace malin::app {
namespace {

namespace fs = std::filesystem;

void put_program(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "#!/bin/sh\n";
  fs::permissions(path, fs::perms::owner_exec, fs::perm_options::add);
}

TEST(Studio, is_found_beside_the_program_and_in_an_installation) {
  const Result<TemporaryFolder> folder = TemporaryFolder::make("malin-studio-test");
  ASSERT_TRUE(folder);
  const fs::path prefix = folder->path() / "prefix";
  put_program(prefix / "lib/malin/malin-studio");
  EXPECT_EQ(find_studio(prefix / "bin/malin").value_or(""), prefix / "lib/malin/malin-studio");
  EXPECT_EQ(find_studio(prefix / "lib/malin/malin-studio").value_or(""), prefix / "lib/malin/malin-studio");
  put_program(prefix / "bin/malin-studio");
  EXPECT_EQ(find_studio(prefix / "bin/malin").value_or(""), prefix / "bin/malin-studio");
}

TEST(Studio, that_is_nowhere_is_told_with_both_places_and_what_to_do) {
  const Result<fs::path> studio = find_studio("/nowhere/bin/malin");
  ASSERT_FALSE(studio);
  EXPECT_EQ(studio.error().code, Errc::not_found);
  EXPECT_EQ(studio.error().message,
            "the program that looks at finished media is missing: neither /nowhere/bin/malin-studio nor "
            "/nowhere/lib/malin/malin-studio; build or install malin again");
}

}  // namespace
}  // namespace malin::app
