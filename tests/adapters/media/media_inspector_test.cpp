#include "adapters/media/media_inspector.hpp"

#include <cstdlib>
#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "adapters/media/make_media.hpp"
#include "adapters/media/worker/container.hpp"
#include "adapters/media/worker/decoder.hpp"
#include "net/run.hpp"

namespace malin::adapters {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::make_media;
using testing::Paint;
using testing::Recipe;

Task<void> inspect_into(MediaInspector& inspector, std::string path, Result<Media>& result) {
  result = co_await inspector.inspect(std::move(path));
}

// A folder of its own, in which each test makes its files and has them judged by real workers.
class Inspection : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "malin-media-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
    EXPECT_TRUE(::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD) << "a worker was not reaped";
  }
  static MediaInspectorOptions this_program() {
    MediaInspectorOptions options;
    options.worker_command = {"/proc/self/exe", "inspect-media"};
    return options;
  }
  std::string at(const std::string& name) const { return folder_ / name; }

  Result<Media> inspect(const std::string& name, MediaInspectorOptions options = this_program()) {
    MediaInspector inspector(std::move(options));
    Result<Media> result;
    testing::run(inspect_into(inspector, at(name), result), 60s);
    return result;
  }
  // The reason for which it is refused; fails the test if it is not, or not as bad_reply.
  std::string reason(const std::string& name) {
    const Result<Media> result = inspect(name);
    if (result) return "accepted: " + name;
    EXPECT_EQ(result.error().code, Errc::bad_reply) << result.error().message;
    return result.error().message;
  }
  Recipe video(Paint paint = Paint::scene, std::string flags = "") {
    return {.format = "mp4", .encoder = "mpeg4", .frames = 50, .paint = paint, .flags = std::move(flags)};
  }

  std::filesystem::path folder_;
};

TEST_F(Inspection, a_picture_is_a_photo_with_a_small_jpeg_thumbnail) {
  const Recipe recipe{.width = 1024, .height = 768};
  ASSERT_TRUE(make_media(at("selfie.png"), recipe));
  const Result<Media> media = inspect("selfie.png");
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->type, MediaType::photo);
  EXPECT_EQ(media->path, at("selfie.png"));
  EXPECT_EQ(media->width, 1024);
  EXPECT_EQ(media->height, 768);
  EXPECT_EQ(media->duration, Duration::zero());
  EXPECT_EQ(media->size.count, static_cast<std::int64_t>(std::filesystem::file_size(at("selfie.png"))));

  EXPECT_EQ(media->thumbnail, at("selfie.thumb.jpg"));
  const Result<media::Layout> layout = media::read_layout(media->thumbnail);
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->container, media::Container::jpeg);
  EXPECT_LT(layout->size, 200'000);
  const Result<media::Decoded> decoded = media::decode(media->thumbnail, *layout);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->width, 320);
  EXPECT_EQ(decoded->height, 240);
}

TEST_F(Inspection, jpeg_and_webp_are_photos_too) {
  ASSERT_TRUE(make_media(at("a.jpg"), {.encoder = "mjpeg"}));
  EXPECT_EQ(inspect("a.jpg")->type, MediaType::photo);
  if (!make_media(at("b.webp"), {.format = "image2pipe", .encoder = "libwebp"})) return;
  const Result<Media> webp = inspect("b.webp");
  ASSERT_TRUE(webp) << webp.error().message;
  EXPECT_EQ(webp->type, MediaType::photo);
}

TEST_F(Inspection, a_picture_outside_the_limits_of_a_photo_is_a_document) {
  ASSERT_TRUE(make_media(at("long.png"), {.width = 2100, .height = 100}));
  const Result<Media> media = inspect("long.png");
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->type, MediaType::document);
}

TEST_F(Inspection, a_video_gets_its_index_moved_to_the_front_and_loses_no_frame) {
  ASSERT_TRUE(make_media(at("clip.mp4"), video()));
  const Result<Media> media = inspect("clip.mp4");
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->type, MediaType::video);
  EXPECT_EQ(media->path, at("clip.fast.mp4"));
  EXPECT_EQ(media->duration, 2000ms);
  EXPECT_EQ(media->width, 320);
  EXPECT_EQ(media->size.count, static_cast<std::int64_t>(std::filesystem::file_size(media->path)));
  EXPECT_TRUE(std::filesystem::exists(media->thumbnail));
  EXPECT_FALSE(std::filesystem::exists(media->path + ".part"));

  const Result<media::Layout> layout = media::read_layout(media->path);
  ASSERT_TRUE(layout);
  EXPECT_TRUE(layout->index_first);
  EXPECT_TRUE(layout->complete);
  EXPECT_EQ(media::decode(media->path, *layout)->frames, 50);
}

// Whatever the daemon's umask: FFmpeg itself makes files that everyone can read.
TEST_F(Inspection, what_is_made_of_it_is_private) {
  ASSERT_TRUE(make_media(at("clip.mp4"), video()));
  const mode_t before = ::umask(0);
  const Result<Media> media = inspect("clip.mp4");
  ::umask(before);
  ASSERT_TRUE(media) << media.error().message;
  for (const std::string& path : {media->path, media->thumbnail}) {
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << path;
  }
}

TEST_F(Inspection, a_video_that_starts_fast_is_delivered_as_it_is) {
  ASSERT_TRUE(make_media(at("clip.mp4"), video(Paint::scene, "+faststart")));
  const Result<Media> media = inspect("clip.mp4");
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->path, at("clip.mp4"));
  EXPECT_EQ(media->type, MediaType::video);
}

TEST_F(Inspection, other_moving_pictures_are_documents) {
  Recipe recipe = video();
  recipe.format = "matroska";
  ASSERT_TRUE(make_media(at("clip.mkv"), recipe));
  const Result<Media> media = inspect("clip.mkv");
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->type, MediaType::document);
  EXPECT_EQ(media->duration, 2000ms);
  ASSERT_TRUE(make_media(at("clip.gif"), {.format = "gif", .encoder = "gif", .frames = 5}));
  const Result<Media> gif = inspect("clip.gif");
  ASSERT_TRUE(gif) << gif.error().message;
  EXPECT_EQ(gif->type, MediaType::document);
}

TEST_F(Inspection, nothing_to_see_is_refused_in_words) {
  ASSERT_TRUE(make_media(at("black.png"), {.paint = Paint::black}));
  EXPECT_EQ(reason("black.png"), "it is uniformly black");
  ASSERT_TRUE(make_media(at("red.png"), {.paint = Paint::red}));
  EXPECT_EQ(reason("red.png"), "it is all of a single colour");
  ASSERT_TRUE(make_media(at("black.mp4"), video(Paint::black)));
  EXPECT_EQ(reason("black.mp4"), "it is uniformly black");
  ASSERT_TRUE(make_media(at("red.mp4"), video(Paint::red)));
  EXPECT_EQ(reason("red.mp4"), "it is all of a single colour");
}

TEST_F(Inspection, a_file_cut_anywhere_is_refused) {
  ASSERT_TRUE(make_media(at("whole.png"), {}));
  ASSERT_TRUE(make_media(at("whole.jpg"), {.encoder = "mjpeg"}));
  ASSERT_TRUE(make_media(at("whole.gif"), {.format = "gif", .encoder = "gif", .frames = 5}));
  ASSERT_TRUE(make_media(at("whole.mp4"), video()));
  ASSERT_TRUE(make_media(at("fast.mp4"), video(Paint::scene, "+faststart")));
  Recipe matroska = video();
  matroska.format = "matroska";
  ASSERT_TRUE(make_media(at("whole.mkv"), matroska));
  for (const std::string name : {"whole.png", "whole.jpg", "whole.gif", "whole.mp4", "fast.mp4", "whole.mkv"}) {
    const std::string bytes = testing::read_all(at(name));
    for (const double share : {0.02, 0.5, 0.97}) {
      const std::string cut = "cut-" + name;
      testing::write_all(at(cut), bytes.substr(0, static_cast<std::size_t>(static_cast<double>(bytes.size()) * share)));
      EXPECT_THAT(reason(cut), ::testing::Not(HasSubstr("accepted"))) << name << " at " << share;
    }
  }
}

TEST_F(Inspection, a_damaged_picture_is_refused) {
  ASSERT_TRUE(make_media(at("a.png"), {}));
  std::string bytes = testing::read_all(at("a.png"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  testing::write_all(at("a.png"), bytes);
  EXPECT_THAT(reason("a.png"), ::testing::AnyOf(HasSubstr("no frame of it"), HasSubstr("damaged")));
}

TEST_F(Inspection, what_is_no_media_is_refused) {
  std::string noise;
  std::mt19937 random(7);
  for (int count = 0; count < 100'000; ++count) noise += static_cast<char>(random());
  testing::write_all(at("noise.png"), noise);
  EXPECT_EQ(reason("noise.png"), "the file is no picture and no video");
  testing::write_all(at("list.mp4"), "#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n");
  EXPECT_EQ(reason("list.mp4"), "the file is no picture and no video");
  testing::write_all(at("empty.png"), "");
  EXPECT_EQ(reason("empty.png"), "the file is empty");
  for (const std::string head : {"\x89PNG\r\n\x1a\n", "\xFF\xD8\xFF\xE0", "GIF89a", "\x1A\x45\xDF\xA3"}) {
    testing::write_all(at("head"), head + noise);
    EXPECT_THAT(reason("head"), ::testing::Not(HasSubstr("accepted")));
  }
  const Result<Media> missing = inspect("missing.png");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST_F(Inspection, a_header_that_claims_too_much_is_refused_before_it_is_believed) {
  ASSERT_TRUE(make_media(at("a.png"), {}));
  std::string bytes = testing::read_all(at("a.png"));
  bytes.replace(16, 8, std::string("\x00\x00\xEA\x60\x00\x00\xEA\x60", 8));
  testing::write_all(at("a.png"), bytes);
  EXPECT_EQ(reason("a.png"), "it claims 60000 x 60000 pixels");

  ASSERT_TRUE(make_media(at("a.gif"), {.format = "gif", .encoder = "gif"}));
  bytes = testing::read_all(at("a.gif"));
  bytes.replace(6, 4, "\xFF\xFF\xFF\xFF");
  testing::write_all(at("a.gif"), bytes);
  EXPECT_THAT(reason("a.gif"), ::testing::Not(HasSubstr("accepted")));
}

TEST_F(Inspection, a_worker_that_hangs_dies_or_babbles_is_a_bad_reply) {
  ASSERT_TRUE(make_media(at("a.png"), {}));
  const auto with = [this](std::string script) {
    MediaInspectorOptions options;
    options.worker_command = {"/bin/sh", "-c", std::move(script)};
    options.limit = 500ms;
    const Result<Media> result = inspect("a.png", options);
    EXPECT_FALSE(result);
    return result ? Error{} : result.error();
  };
  EXPECT_EQ(with("sleep 60"), (Error{Errc::bad_reply, "looking at it took longer than 500 ms"}));
  EXPECT_EQ(with("kill -SEGV $$"), (Error{Errc::bad_reply, "decoding it ended the media worker (Segmentation fault)"}));
  EXPECT_EQ(with("exit 3"), (Error{Errc::bad_reply, "the media worker failed (exit 3)"}));
  EXPECT_EQ(with("echo hello"), (Error{Errc::bad_reply, "the media worker ended without a report"}));
  EXPECT_EQ(with("echo '{\"type\":0,\"width\":-4}'"),
            (Error{Errc::bad_reply, "the media worker's report makes no sense"}));
  EXPECT_EQ(with("echo '{\"error\":\"unreachable\",\"reason\":\"disk full\"}'"),
            (Error{Errc::unreachable, "disk full"}));
}

TEST_F(Inspection, without_a_worker_program_it_is_to_be_tried_later) {
  for (const char* program : {"/nowhere/malin", ""}) {
    MediaInspectorOptions options;
    options.worker_command = {program};
    const Result<Media> result = inspect("a.png", options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::unreachable) << "a finished render is not thrown away for it";
  }
}

}  // namespace
}  // namespace malin::adapters
