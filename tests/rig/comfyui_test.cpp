#include <algorithm>

#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "net/run.hpp"
#include "rig/comfyui_face.hpp"
#include "rig/fast_clock.hpp"
#include "rig/replay.hpp"

namespace malin::rig {
namespace {

using malin::testing::run;
using malin::testing::run_until;

// A card of 32 GiB and a ComfyUI on it that is alone.
struct Bench {
  explicit Bench(ComfyOptions options = {}, double speed = 1)
      : clock(speed), card(clock, "card", gibibytes(32)), face(io.get_executor(), clock, card, faults, options) {
    const Result<std::uint16_t> bound = face.listen("127.0.0.1", 0);
    port = bound.value_or(0);
  }

  net::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = "") {
    net::HttpResponse answer;
    net::HttpRequest request(method, target);
    request.body = body;
    run(io, send(io, port, request, answer));
    return answer;
  }

  static Task<void> send(boost::asio::io_context& io, std::uint16_t port, net::HttpRequest request,
                         net::HttpResponse& answer) {
    net::Url base;
    base.host = "127.0.0.1";
    base.port = port;
    net::HttpClient client(io.get_executor(), base);
    Result<net::HttpResponse> response = co_await client.send(std::move(request), std::chrono::seconds(10));
    if (response) answer = std::move(*response);
  }

  boost::asio::io_context io{1};
  testing::FastClock clock;
  world::CardLedger card;
  world::Faults faults;
  ComfyFace face;
  std::uint16_t port = 0;
};

// The recorded server had no models. Its cache held what earlier prompts had made: `before`, a prompt to run first.
void replay(const std::string& recording, std::set<std::string> ignored = {}, const std::string& before = "") {
  SCOPED_TRACE(recording);
  ComfyOptions options;
  options.version = recording.substr(1, recording.find('/') - 1);
  options.checkpoints.clear();
  Bench bench(options);
  if (!before.empty()) {
    bench.ask("POST", "/prompt", before);
    EXPECT_TRUE(run_until(bench.io, [&] { return bench.face.comfyui().history().size() == 1; }));
  }
  testing::Replay player(bench.io.get_executor(), bench.port);
  player.ignored = std::move(ignored);
  run(bench.io, player.play(testing::load_recording(recording)));
}

const std::set<std::string> steps = {"progress", "progress_state"};

constexpr const char* grey_image = R"({"prompt": {
  "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 48, "batch_size": 1, "color": 16744448}},
  "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}})";

constexpr const char* portrait = R"({"prompt_id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "prompt": {
  "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
  "2": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "in the garden"}},
  "3": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "blurry"}},
  "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 128, "height": 192, "batch_size": 1}},
  "5": {"class_type": "KSampler", "inputs": {"model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0],
        "latent_image": ["4", 0], "seed": 7, "steps": 20, "cfg": 5, "sampler_name": "euler", "scheduler": "normal",
        "denoise": 1}},
  "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
  "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "selfie"}}}})";

TEST(Comfyui, an_image_runs_message_by_message_as_recorded) {
  replay("v0.3.64/01_image_success_first_run.json");
  replay("v0.33.0/01_image_success_first_run.json");
}

TEST(Comfyui, the_same_graph_again_is_answered_from_cache_with_the_old_file) {
  replay("v0.3.64/02_same_prompt_again_fully_cached.json");
  replay("v0.33.0/02_same_prompt_again_fully_cached.json");
}

TEST(Comfyui, a_prompt_id_used_twice_runs_twice) {
  replay("v0.3.64/03_client_supplied_prompt_id_and_duplicate.json", {"status", "progress_state"});
}

TEST(Comfyui, every_refusal_has_the_text_of_its_version) {
  replay("v0.3.64/08_validation_errors.json");
  replay("v0.33.0/08_validation_errors.json");
}

TEST(Comfyui, a_good_output_beside_a_bad_one_runs_and_the_reply_names_the_bad_one) {
  replay("v0.33.0/09_partial_validation_two_outputs_one_bad.json");
}

TEST(Comfyui, errors_in_nodes_are_told_and_kept_as_recorded) {
  replay("v0.33.0/10_execution_error_oom.json");
  replay("v0.33.0/10_execution_error_value.json");
}

TEST(Comfyui, an_interrupt_ends_the_run_at_its_next_step) { replay("v0.33.0/11_interrupt_running_global.json", steps); }

TEST(Comfyui, waiting_prompts_are_deleted_cleared_and_put_in_front_as_recorded) {
  replay("v0.33.0/13_queue_pending_delete_clear_front.json", steps, grey_image);
}

TEST(Comfyui, a_portrait_takes_its_memory_from_the_card_and_gives_it_back_on_release) {
  Bench bench({}, 50);
  const Bytes idle = bench.card.free();
  EXPECT_EQ(bench.ask("POST", "/prompt", portrait).status, 200U);
  EXPECT_TRUE(
      run_until(bench.io, [&] { return bench.face.comfyui().history().size() == 1; }, std::chrono::seconds(20)));
  EXPECT_FALSE(bench.face.comfyui().history().front().error.has_value());
  EXPECT_GE((idle - bench.card.free()).count, mebibytes(5210).count);  // Weights, and a small workspace.
  const net::HttpResponse picture = bench.ask("GET", "/view?filename=selfie_00001_.png");
  EXPECT_EQ(picture.status, 200U);
  EXPECT_TRUE(picture.body.starts_with("\x89PNG"));
  EXPECT_EQ(bench.ask("POST", "/api/free", R"({"unload_models": true, "free_memory": true})").status, 200U);
  EXPECT_TRUE(run_until(bench.io, [&] { return (idle - bench.card.free()).count < mebibytes(64).count; }));
}

TEST(Comfyui, a_full_card_ends_a_prompt_with_the_real_words) {
  Bench bench({}, 50);
  ASSERT_TRUE(bench.card.take("someone", gibibytes(28)));
  bench.ask("POST", "/prompt", portrait);
  EXPECT_TRUE(
      run_until(bench.io, [&] { return bench.face.comfyui().history().size() == 1; }, std::chrono::seconds(20)));
  const std::string told = bench.ask("GET", "/history/a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11").body;
  EXPECT_TRUE(told.contains("\"exception_type\": \"torch.OutOfMemoryError\"")) << told;
}

TEST(Comfyui, a_killed_process_forgets_everything_but_its_files) {
  Bench bench({}, 50);
  bench.ask("POST", "/prompt", portrait);
  EXPECT_TRUE(
      run_until(bench.io, [&] { return bench.face.comfyui().history().size() == 1; }, std::chrono::seconds(20)));
  bench.face.kill();
  EXPECT_EQ(bench.ask("GET", "/queue").body, "");
  ASSERT_TRUE(bench.face.revive().has_value());
  EXPECT_EQ(bench.ask("GET", "/history").body, "{}");
  EXPECT_EQ(bench.ask("GET", "/view?filename=selfie_00001_.png").status, 200U);
}

TEST(Comfyui, a_dead_worker_goes_on_answering_and_does_nothing) {
  Bench bench({}, 50);
  bench.faults.set("comfyui.zombie", {});
  bench.ask("POST", "/prompt", portrait);
  EXPECT_TRUE(run_until(bench.io, [&] { return !bench.face.comfyui().worker_alive(); }));
  EXPECT_EQ(bench.ask("POST", "/interrupt").status, 200U);
  EXPECT_EQ(bench.ask("POST", "/free", R"({"free_memory": true})").status, 200U);
  EXPECT_TRUE(bench.ask("GET", "/queue").body.contains("\"queue_running\": [[0, \"a0eebc99"));
}

TEST(Comfyui, a_stalled_sampler_goes_on_when_the_stall_is_over) {
  Bench bench({}, 50);
  bench.faults.set("comfyui.stalls", {.amount = 0.5});
  bench.ask("POST", "/prompt", portrait);
  const auto done = [&] {
    const world::ComfyRun* run = bench.face.comfyui().running();
    if (!run) return 0.0;
    const auto sampler = std::ranges::find(run->progress, "5", &world::ComfyProgress::node);
    return sampler == run->progress.end() ? 0.0 : sampler->value;
  };
  EXPECT_TRUE(run_until(bench.io, [&] { return done() == 10; }));
  const TimePoint later = bench.clock.now() + std::chrono::seconds(30);
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.clock.now() >= later; }));
  EXPECT_EQ(done(), 10);
  bench.faults.clear();
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.face.comfyui().history().size() == 1; }));
}

TEST(Comfyui, jobs_are_listed_and_cancelled) {
  Bench bench;
  bench.ask("POST", "/prompt", portrait);
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.face.comfyui().running() != nullptr; }));
  EXPECT_TRUE(bench.ask("GET", "/api/jobs").body.contains("\"status\": \"in_progress\""));
  const std::string job = "/api/jobs/a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  EXPECT_EQ(bench.ask("POST", job + "/cancel").body, "{\"cancelled\": true}");
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.face.comfyui().history().size() == 1; }));
  EXPECT_TRUE(bench.ask("GET", job).body.contains("\"status\": \"cancelled\""));
  EXPECT_EQ(bench.ask("GET", "/api/jobs?limit=0").body, "{\"error\": \"limit must be a positive integer\"}");
}

}  // namespace
}  // namespace malin::rig
