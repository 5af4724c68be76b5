// GET /v1/jobs/{id}/media.
#include <fstream>

#include "api/face.hpp"

namespace malin::api {
namespace {

using malin::testing::Answer;
using malin::testing::GreenFace;

struct MediaTest : GreenFace {
  // A job that only the store knows, with this file of the spool.
  std::string put(const std::string& id, const std::string& kind, const std::string& name, const std::string& content) {
    const std::string path = home.spool.path / name;
    std::ofstream(path, std::ios::binary) << content;
    Job job;
    job.id = id;
    job.kind = kind;
    job.state = JobState::delivered;
    job.media = Media{};
    job.media->path = path;
    home.store.all_jobs[id] = job;
    return path;
  }
};

TEST_F(MediaTest, comes_with_its_type_and_a_name_to_save_it_under) {
  put("j-7", "selfie", "j-7-1.png", "PNG bytes");
  const Answer answer = get("/v1/jobs/j-7/media");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.body, "PNG bytes");
  EXPECT_EQ(answer.type(), "image/png");
  EXPECT_EQ(answer.headers.get("Content-Disposition"), "inline; filename=\"selfie-j-7.png\"");
  EXPECT_EQ(answer.headers.get("X-Content-Type-Options"), "nosniff");
  put("j-8", "video", "j-8-1.mp4", "MP4");
  EXPECT_EQ(get("/v1/jobs/j-8/media").type(), "video/mp4");
  put("j-9", "odd\"\r\nkind", "j-9-1.bin", "?");
  const Answer odd = get("/v1/jobs/j-9/media");
  EXPECT_EQ(odd.type(), "application/octet-stream");
  EXPECT_EQ(odd.headers.get("Content-Disposition"), "inline; filename=\"odd___kind-j-9.bin\"");
}

TEST_F(MediaTest, of_any_size_arrives_whole) {
  std::string content(5'000'000, ' ');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 2654435761u >> 24);
  put("j-7", "video", "j-7-1.mp4", content);
  EXPECT_EQ(get("/v1/jobs/j-7/media").body, content);
  put("j-8", "video", "j-8-1.mp4", std::string(2 * (64 << 10), 'x'));
  EXPECT_EQ(get("/v1/jobs/j-8/media").body.size(), 2u * (64 << 10));
  put("j-9", "video", "j-9-1.mp4", "");
  EXPECT_EQ(get("/v1/jobs/j-9/media").status, 200u);
}

TEST_F(MediaTest, can_be_asked_for_without_its_bytes) {
  put("j-7", "selfie", "j-7-1.png", "PNG bytes");
  const Answer answer = ask("HEAD", "/v1/jobs/j-7/media");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.type(), "image/png");
  EXPECT_TRUE(answer.body.empty());
  EXPECT_EQ(ask("HEAD", "/v1/jobs/j-1/media").status, 404u);
}

TEST_F(MediaTest, that_is_not_there_yet_is_not_found_and_a_file_that_is_gone_is_gone) {
  EXPECT_EQ(get("/v1/jobs/j-1/media").status, 404u);
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  const Answer early = get("/v1/jobs/j-1/media");
  EXPECT_EQ(early.status, 404u);
  EXPECT_NE(early.text("detail").find("no media"), std::string::npos);
  std::filesystem::remove(put("j-7", "selfie", "j-7-1.png", "PNG bytes"));
  EXPECT_EQ(get("/v1/jobs/j-7/media").status, 410u);
  std::filesystem::create_directory(home.spool.path / "j-7-1.png");
  EXPECT_EQ(get("/v1/jobs/j-7/media").status, 410u);
}

TEST_F(MediaTest, of_a_job_that_was_rendered_here_is_served) {
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"x"})").status, 201u);
  ASSERT_TRUE(home.run_until_over("j-1"));
  const Answer job = get("/v1/jobs/j-1");
  EXPECT_EQ(job.text("state"), "delivered");
  const Answer media = get(std::string(job.at("/media/href").as_string()));
  EXPECT_EQ(media.body, "the picture in malin_00001_.png");
}

}  // namespace
}  // namespace malin::api
