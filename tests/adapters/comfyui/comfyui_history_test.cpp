#include "adapters/comfyui/comfyui_history.hpp"

#include <gtest/gtest.h>

#include "adapters/comfyui/transcript.hpp"

namespace malin::adapters {
namespace {

using testing::comfyui_versions;
using testing::load_transcript;

// The newest history entry of a recorded scenario.
RenderReading recorded(const char* version, const char* scenario) {
  const auto replies = load_transcript(version, scenario).to("GET", "/history/");
  for (auto reply = replies.rbegin(); reply != replies.rend(); ++reply) {
    const std::string id = reply->path.substr(std::string("/history/").size());
    const auto parsed = parse_history(reply->body, id);
    EXPECT_TRUE(parsed);
    if (parsed && *parsed) return **parsed;
  }
  ADD_FAILURE() << "no entry in " << scenario;
  return {};
}

TEST(ComfyUiHistory, a_finished_render_has_its_file) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    const RenderReading image = recorded(version, "01_image_success_first_run");
    EXPECT_EQ(image.state, RenderState::finished);
    ASSERT_EQ(image.files.size(), 1u);
    EXPECT_EQ(image.files[0], (OutputFile{"probe_00001_.png", "", "output"}));
    const RenderReading core_video = recorded(version, "07c_video_CreateVideo_SaveVideo");
    ASSERT_EQ(core_video.files.size(), 1u);
    EXPECT_EQ(core_video.files[0], (OutputFile{"ComfyUI_00001_.mp4", "video", "output"}));
    const RenderReading vhs_video = recorded(version, "07d_video_VHS_VideoCombine_h264");
    ASSERT_EQ(vhs_video.files.size(), 1u);
    EXPECT_TRUE(vhs_video.files[0].filename.ends_with(".mp4"));
  }
}

TEST(ComfyUiHistory, previews_count_only_when_there_is_nothing_else) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    const RenderReading previews = recorded(version, "06_previewimage_temp_output");
    EXPECT_EQ(previews.state, RenderState::finished);
    ASSERT_EQ(previews.files.size(), 3u);
    EXPECT_EQ(previews.files[0].type, "temp");
  }
  const auto both = parse_history(R"({"p":{"outputs":{
      "1":{"images":[{"filename":"t.png","subfolder":"","type":"temp"}]},
      "2":{"images":[{"filename":"o.png","subfolder":"","type":"output","metadata":{"width":1}}],"text":["hello"]}},
      "status":{"status_str":"success","completed":true,"messages":[]}}})",
                                  "p");
  ASSERT_TRUE(both && *both);
  ASSERT_EQ((*both)->files.size(), 1u);
  EXPECT_EQ((*both)->files[0].filename, "o.png");
}

TEST(ComfyUiHistory, of_a_video_written_twice_the_one_with_sound_is_taken) {
  const auto entry = parse_history(R"({"p":{"outputs":{"1":{"gifs":[
      {"filename":"v_00001.mp4","subfolder":"s","type":"output","format":"video/h264-mp4"},
      {"filename":"v_00001-audio.mp4","subfolder":"s","type":"output","format":"video/h264-mp4"}]}},
      "status":{"status_str":"success","completed":true,"messages":[]}}})",
                                   "p");
  ASSERT_TRUE(entry && *entry);
  ASSERT_EQ((*entry)->files.size(), 1u);
  EXPECT_EQ((*entry)->files[0].filename, "v_00001-audio.mp4");
}

TEST(ComfyUiHistory, a_full_card_is_told_from_other_errors) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    for (const char* scenario : {"10_execution_error_oom", "10_execution_error_oom_text"}) {
      const RenderReading full = recorded(version, scenario);
      EXPECT_EQ(full.state, RenderState::failed) << scenario;
      EXPECT_TRUE(full.out_of_memory) << scenario;
      EXPECT_FALSE(full.interrupted);
    }
    const RenderReading other = recorded(version, "10_execution_error_value");
    EXPECT_EQ(other.state, RenderState::failed);
    EXPECT_FALSE(other.out_of_memory);
    EXPECT_TRUE(other.reason.starts_with("ProbeRaise (node 2): ValueError: ")) << other.reason;
  }
}

TEST(ComfyUiHistory, an_interrupted_render_says_so) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    const RenderReading stopped = recorded(version, "11_interrupt_running_global");
    EXPECT_EQ(stopped.state, RenderState::failed);
    EXPECT_TRUE(stopped.interrupted);
    EXPECT_FALSE(stopped.out_of_memory);
  }
}

TEST(ComfyUiHistory, an_error_after_one_file_is_still_a_failure) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    const RenderReading half = recorded(version, "23_error_after_one_output_done");
    EXPECT_EQ(half.state, RenderState::failed);
    EXPECT_TRUE(half.files.empty());
    EXPECT_FALSE(half.reason.empty());
  }
}

TEST(ComfyUiHistory, a_blocked_branch_does_not_fail_the_render) {
  const auto entry = parse_history(R"({"p":{"outputs":{"1":{"images":[{"filename":"a.png","type":"output"}]}},
      "status":{"status_str":"success","completed":true,"messages":[
        ["execution_error",{"exception_type":"ExecutionBlocked","exception_message":"x","node_id":"3"}],
        ["execution_success",{}]]}}})",
                                   "p");
  ASSERT_TRUE(entry && *entry);
  EXPECT_EQ((*entry)->state, RenderState::finished);
}

TEST(ComfyUiHistory, success_without_a_file_is_a_failure_with_a_reason) {
  const auto entry = parse_history(
      R"({"p":{"outputs":{"1":{"unfinished_batch":[true]}},"status":{"status_str":"success","messages":[]}}})", "p");
  ASSERT_TRUE(entry && *entry);
  EXPECT_EQ((*entry)->state, RenderState::failed);
  EXPECT_EQ((*entry)->reason, "it ended without a file");
}

TEST(ComfyUiHistory, an_empty_history_knows_nothing) {
  const auto nothing = parse_history("{}", "p");
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->has_value());
  EXPECT_EQ(parse_history("[]", "p").error().code, Errc::bad_reply);
  EXPECT_EQ(parse_history(R"({"p":1})", "p").error().code, Errc::bad_reply);
}

}  // namespace
}  // namespace malin::adapters
