// The spool on a disk that fails, and under a daemon that is killed, at every step of writing a file.
#include "adapters/comfyui/media_file.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/comfyui/disk_calls.hpp"
#include "adapters/comfyui/transcript.hpp"

namespace malin::adapters {
namespace {

using testing::DiskCalls;
using ::testing::ElementsAre;
using testing::read_text;

class MediaFileTest : public ::testing::Test {
 protected:
  MediaFileTest() : folder_(::testing::TempDir() + "malin-spool-XXXXXX") {
    if (!::mkdtemp(folder_.data())) throw std::runtime_error("no folder for the test");
  }
  ~MediaFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/j-1-1.png"; }
  bool has_part() const { return std::filesystem::exists(path() + ".part"); }
  // Nothing, or all of it.
  bool is_whole_or_absent() const { return !std::filesystem::exists(path()) || read_text(path()) == "first second"; }

  Result<void> save() const {
    auto file = MediaFile::create(path());
    if (!file) return std::unexpected(file.error());
    for (const char* piece : {"first ", "second"}) {
      if (auto written = (*file)->write(piece); !written) return written;
    }
    return (*file)->commit();
  }

  std::string folder_;
};

TEST_F(MediaFileTest, contents_are_durable_before_the_name_and_the_name_before_the_answer) {
  DiskCalls calls;
  ASSERT_TRUE(save());
  const std::string folder = std::filesystem::path(folder_).filename();
  EXPECT_THAT(calls.made(), ElementsAre("open j-1-1.png.part", "write", "write", "fsync",
                                        "rename j-1-1.png.part j-1-1.png", "open " + folder, "fsync"));
}

TEST_F(MediaFileTest, whichever_call_finds_a_full_disk_no_half_file_is_left_and_it_works_again_later) {
  for (int nth = 1; nth <= 7; ++nth) {
    SCOPED_TRACE(nth);
    {
      const DiskCalls calls(nth);
      const auto saved = save();
      ASSERT_FALSE(saved);
      EXPECT_EQ(saved.error().code, Errc::unreachable) << saved.error().message;
    }
    EXPECT_TRUE(is_whole_or_absent());
    EXPECT_FALSE(has_part());
    ASSERT_TRUE(save());
    EXPECT_EQ(read_text(path()), "first second");
    std::filesystem::remove(path());
  }
}

TEST_F(MediaFileTest, whenever_the_daemon_is_killed_no_half_file_has_the_name_and_the_next_daemon_writes_it) {
  for (int nth = 1; nth <= 7; ++nth) {
    SCOPED_TRACE(nth);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const DiskCalls calls(nth, DiskCalls::Fate::kills);
      ::_exit(save() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    EXPECT_TRUE(is_whole_or_absent());
    ASSERT_TRUE(save());
    EXPECT_EQ(read_text(path()), "first second");
    EXPECT_FALSE(has_part());
    std::filesystem::remove(path());
  }
}

}  // namespace
}  // namespace malin::adapters
