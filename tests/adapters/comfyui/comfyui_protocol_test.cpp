// Both recorded versions of ComfyUI must read alike, except where a test says how they differ.

#include "adapters/comfyui/comfyui_protocol.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "adapters/comfyui/transcript.hpp"

namespace malin::adapters {
namespace {

using testing::comfyui_versions;
using testing::load_transcript;

TEST(ComfyUiProtocol, the_queue_tells_running_and_pending_apart_in_the_order_of_running) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    const auto replies = load_transcript(version, "13_queue_pending_delete_clear_front").to("GET", "/queue");
    ASSERT_EQ(replies.size(), 3u);
    const auto before = parse_queue(replies[0].body);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->running.size(), 1u);
    EXPECT_EQ(before->pending.size(), 3u);
    const auto after_delete = parse_queue(replies[1].body);
    ASSERT_TRUE(after_delete);
    EXPECT_EQ(after_delete->pending.size(), 2u);
    const auto after_clear = parse_queue(replies[2].body);
    ASSERT_TRUE(after_clear);
    EXPECT_TRUE(after_clear->pending.empty());
  }
  const auto heap = parse_queue(R"({"queue_running":[],"queue_pending":[[-1,"front"],[7,"last"],[3,"next"]]})");
  ASSERT_TRUE(heap);
  EXPECT_EQ(heap->pending, (std::vector<std::string>{"front", "next", "last"}));
}

TEST(ComfyUiProtocol, what_is_no_queue_is_a_bad_reply) {
  for (const char* text : {"", "[]", "{}", "500 Internal Server Error", R"({"queue_running":{},"queue_pending":[]})"}) {
    const auto queue = parse_queue(text);
    ASSERT_FALSE(queue) << text;
    EXPECT_EQ(queue.error().code, Errc::bad_reply);
  }
}

TEST(ComfyUiProtocol, torchs_cache_does_not_count_as_free) {
  // A card of 24 GiB: 4 GiB really free, torch holds 10 GiB and could give 3 GiB of them to itself.
  const auto stats = parse_system_stats(R"({"system":{"comfyui_version":"0.33.0"},"devices":[
      {"name":"cuda:0 NVIDIA","type":"cuda","index":0,"vram_total":25769803776,"vram_free":7516192768,
       "torch_vram_total":10737418240,"torch_vram_free":3221225472}]})");
  ASSERT_TRUE(stats);
  ASSERT_EQ(stats->devices.size(), 1u);
  EXPECT_EQ(stats->devices[0].total, gibibytes(24));
  EXPECT_EQ(stats->devices[0].free, gibibytes(4));
  EXPECT_EQ(stats->devices[0].torch_held, gibibytes(10));
}

TEST(ComfyUiProtocol, less_than_no_vram_is_a_bad_reply) {
  const auto stats = parse_system_stats(R"({"system":{},"devices":[{"type":"cuda","vram_total":1,
    "vram_free":-9223372036854775808,"torch_vram_total":1,"torch_vram_free":1}]})");
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().code, Errc::bad_reply);
}

TEST(ComfyUiProtocol, a_server_without_a_card_holds_no_vram) {
  const char* expected[] = {"0.3.64", "0.33.0"};
  for (std::size_t i = 0; i < comfyui_versions.size(); ++i) {
    SCOPED_TRACE(comfyui_versions[i]);
    const auto replies = load_transcript(comfyui_versions[i], "26_worker_thread_dies").to("GET", "/system_stats");
    ASSERT_FALSE(replies.empty());
    const auto stats = parse_system_stats(replies[0].body);
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->version, expected[i]);
    ASSERT_EQ(stats->devices.size(), 1u);
    EXPECT_EQ(stats->devices[0].torch_held, Bytes{});
    EXPECT_FALSE(stats->devices[0].free);
  }
}

TEST(ComfyUiProtocol, every_recorded_refusal_is_a_readable_line) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    const auto replies = load_transcript(version, "08_validation_errors").to("POST", "/prompt");
    ASSERT_EQ(replies.size(), 21u);
    int accepted = 0;
    for (const auto& reply : replies) {
      const auto parsed = parse_prompt_reply(reply.status, reply.body);
      if (parsed) {
        ++accepted;
        EXPECT_TRUE(parsed->complaint.empty());
        continue;
      }
      EXPECT_EQ(parsed.error().code, reply.status == 500 ? Errc::bad_reply : Errc::refused);
      EXPECT_GT(parsed.error().message.size(), 40u) << parsed.error().message;
      EXPECT_LT(parsed.error().message.size(), 2000u);
      EXPECT_EQ(parsed.error().message.find('\n'), std::string::npos);
    }
    EXPECT_EQ(accepted, 1);
    const auto missing_model = parse_prompt_reply(replies[19].status, replies[19].body);
    ASSERT_FALSE(missing_model);
    EXPECT_TRUE(missing_model.error().message.starts_with(
        "ComfyUI refuses the workflow: CheckpointLoaderSimple (node 1): Value not in list: "
        "ckpt_name: 'missing.safetensors' not in []; VAEDecode (node 2): "))
        << missing_model.error().message;
  }
}

TEST(ComfyUiProtocol, a_reply_that_queued_only_a_part_carries_the_complaint) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    const auto replies = load_transcript(version, "09_partial_validation_two_outputs_one_bad").to("POST", "/prompt");
    ASSERT_EQ(replies.size(), 1u);
    const auto parsed = parse_prompt_reply(replies[0].status, replies[0].body);
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->prompt_id.empty());
    EXPECT_FALSE(parsed->complaint.empty());
  }
}

TEST(ComfyUiProtocol, gateways_and_strangers_are_told_from_comfyui) {
  EXPECT_EQ(parse_prompt_reply(502, "<html>Bad Gateway</html>").error().code, Errc::unreachable);
  EXPECT_EQ(parse_prompt_reply(403, "").error().code, Errc::refused);
  EXPECT_EQ(parse_prompt_reply(200, "<html>hello</html>").error().code, Errc::bad_reply);
  EXPECT_EQ(parse_prompt_reply(200, "{}").error().code, Errc::bad_reply);
}

TEST(ComfyUiProtocol, hints_of_a_whole_run_name_its_nodes_and_its_end) {
  for (const char* version : comfyui_versions) {
    SCOPED_TRACE(version);
    const auto texts = load_transcript(version, "01_image_success_first_run").socket_texts;
    std::map<std::string, double> nodes;
    int over = 0;
    for (const auto& text : texts) {
      const SocketHint hint = parse_ws_message(text);
      for (const auto& [node, fraction] : hint.nodes) nodes[node] = fraction;
      if (hint.over) ++over;
      EXPECT_FALSE(hint.prompt_id.empty() && hint.over);
    }
    EXPECT_EQ(nodes.size(), 4u);
    EXPECT_TRUE(std::ranges::all_of(nodes, [](const auto& entry) { return entry.second == 1.0; }));
    EXPECT_EQ(over, 2);  // execution_success, and executing without a node.
  }
}

TEST(ComfyUiProtocol, messages_about_no_render_are_empty_hints) {
  for (const char* text :
       {"", "no json", "[]", R"({"type":"status","data":{"status":{"exec_info":{}}}})",
        R"({"type":"executing","data":{"node":"2"}})", R"({"type":"crystools.monitor","data":{}})"}) {
    const SocketHint hint = parse_ws_message(text);
    EXPECT_TRUE(hint.prompt_id.empty() && hint.nodes.empty() && !hint.over) << text;
  }
  const SocketHint blocked =
      parse_ws_message(R"({"type":"execution_error","data":{"prompt_id":"p","exception_type":"ExecutionBlocked"}})");
  EXPECT_FALSE(blocked.over);
}

TEST(ComfyUiProtocol, samplers_weigh_their_steps) {
  const auto weights = node_weights(R"({"1":{"class_type":"A","inputs":{}},"2":{"class_type":"KSampler",
      "inputs":{"steps":20}},"3":{"class_type":"B","inputs":{"steps":["1",0]}}})");
  EXPECT_EQ(weights, (std::map<std::string, double>{{"1", 1}, {"2", 20}, {"3", 1}}));
}

TEST(ComfyUiProtocol, long_texts_are_cut_between_characters) {
  EXPECT_EQ(clip("line one\nline two\n"), "line one line two");
  EXPECT_EQ(clip("h\xC3\xA9llo", 2), "h...");
}

}  // namespace
}  // namespace malin::adapters
