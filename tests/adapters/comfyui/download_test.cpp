#include "adapters/comfyui/download.hpp"

#include <sys/stat.h>

#include "adapters/comfyui/comfyui_fixture.hpp"
#include "adapters/comfyui/transcript.hpp"

namespace malin::adapters {
namespace {

using testing::ComfyUiTest;
using testing::read_text;

class DownloadTest : public ComfyUiTest {
 protected:
  Result<void> fetch(const std::string& name) { return get(renderer->fetch({name, "sub folder", "output"}, path())); }
  std::string path() const { return folder + "/new"; }
  bool is_left_clean() const { return std::filesystem::is_empty(folder); }
};

TEST_F(DownloadTest, a_file_is_copied_whole_and_private) {
  const std::string name = "malin (1) [a&b] 100% \xC3\xA9.png";
  peer.files[name] = std::string(1'500'000, 'x') + "end";
  const auto copied = fetch(name);
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(read_text(path()), peer.files[name]);
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(DownloadTest, a_file_of_unknown_length_is_copied_too) {
  peer.sends_length = false;
  peer.files["v.mp4"] = std::string(1'900'000, 'v');
  ASSERT_TRUE(fetch("v.mp4"));
  EXPECT_EQ(std::filesystem::file_size(path()), 1'900'000u);
}

TEST_F(DownloadTest, a_file_over_the_limit_is_refused_and_removed) {
  peer.files["v.mp4"] = std::string((2 << 20) + 1, 'v');
  for (const bool sends_length : {true, false}) {
    peer.sends_length = sends_length;
    const auto refused = fetch("v.mp4");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(refused.error().message, "the media is over the limit of 2 MiB");
    EXPECT_TRUE(is_left_clean());
  }
}

TEST_F(DownloadTest, a_missing_file_is_not_found) {
  EXPECT_EQ(fetch("gone.png").error().code, Errc::not_found);
  EXPECT_TRUE(is_left_clean());
}

TEST_F(DownloadTest, half_a_file_is_no_file) {
  peer.sends_length = false;
  peer.cuts_files = true;
  peer.files["v.mp4"] = std::string(1'900'000, 'v');
  EXPECT_FALSE(fetch("v.mp4"));
  EXPECT_TRUE(is_left_clean());
  peer.cuts_files = false;
  peer.files["v.mp4"].clear();
  EXPECT_EQ(fetch("v.mp4").error().code, Errc::bad_reply);
  EXPECT_TRUE(is_left_clean());
}

TEST_F(DownloadTest, what_a_killed_daemon_has_left_is_replaced) {
  peer.files["a.png"] = "new";
  for (const char* left : {"/new", "/new.part"}) std::ofstream(folder + left) << "longer than the new one";
  ASSERT_TRUE(fetch("a.png"));
  EXPECT_EQ(read_text(path()), "new");
  EXPECT_FALSE(std::filesystem::exists(path() + ".part"));
}

TEST_F(DownloadTest, no_link_is_followed) {
  peer.files["a.png"] = "new";
  std::ofstream(folder + "/kept") << "kept";
  for (const std::string& link : {path(), path() + ".part"}) std::filesystem::create_symlink(folder + "/kept", link);
  ASSERT_TRUE(fetch("a.png"));
  EXPECT_EQ(read_text(path()), "new");
  EXPECT_FALSE(std::filesystem::is_symlink(path()));
  EXPECT_EQ(read_text(folder + "/kept"), "kept");
}

}  // namespace
}  // namespace malin::adapters
