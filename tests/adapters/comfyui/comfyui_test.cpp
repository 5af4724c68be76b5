#include "adapters/comfyui/comfyui.hpp"

#include "adapters/comfyui/comfyui_fixture.hpp"

namespace malin::adapters {
namespace {

using testing::ComfyUiPeer;
using testing::ComfyUiTest;
using namespace std::chrono_literals;

TEST_F(ComfyUiTest, a_probe_reads_memory_and_queue) {
  peer.running = {"r"};
  peer.pending = {"p", "q"};
  const auto reading = get(renderer->probe());
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->held, Bytes{300});
  EXPECT_EQ(reading->card_free, Bytes{600});
  EXPECT_EQ(reading->card_total, Bytes{1000});
  EXPECT_EQ(reading->running, std::vector<std::string>{"r"});
  EXPECT_EQ(reading->pending, (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(reading->version, "0.33.0");
  EXPECT_FALSE(reading->worker_dead);
}

TEST_F(ComfyUiTest, a_render_is_posted_once_with_our_id) {
  ASSERT_TRUE(get(renderer->submit(order())));
  ASSERT_TRUE(get(renderer->submit(order()))) << "it is pending already";
  peer.running = std::exchange(peer.pending, {});
  ASSERT_TRUE(get(renderer->submit(order()))) << "it runs already";
  peer.running.clear();
  peer.history[id] = finished_entry;
  ASSERT_TRUE(get(renderer->submit(order()))) << "it is finished already";
  EXPECT_EQ(peer.count("POST /prompt"), 1);
  const auto body = net::json::parse(peer.bodies.at(0));
  EXPECT_EQ(body.at("prompt_id").as_string(), id);
  EXPECT_EQ(body.at("client_id").as_string().size(), 32u);
  const auto& inputs = body.at("prompt").at("1").at("inputs");
  EXPECT_EQ(inputs.at("text").as_string(), "a \"cat\"");
  EXPECT_EQ(inputs.at("seed").as_int64(), 7);
}

TEST_F(ComfyUiTest, an_answer_lost_after_the_effect_is_found_in_the_queue) {
  peer.on_prompt = ComfyUiPeer::OnPrompt::queue_and_lose_answer;
  ASSERT_TRUE(get(renderer->submit(order())));
  ASSERT_TRUE(get(renderer->submit(order())));
  EXPECT_EQ(peer.count("POST /prompt"), 1);
}

TEST_F(ComfyUiTest, an_answer_lost_without_effect_is_a_timeout_and_may_be_tried_again) {
  for (const auto how : {ComfyUiPeer::OnPrompt::lose, ComfyUiPeer::OnPrompt::hang}) {
    peer.on_prompt = how;
    const auto lost = get(renderer->submit(order()));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::timeout);
  }
  peer.on_prompt = ComfyUiPeer::OnPrompt::queue;
  EXPECT_TRUE(get(renderer->submit(order())));
  EXPECT_EQ(peer.count("POST /prompt"), 3);
}

TEST_F(ComfyUiTest, a_server_that_is_down_is_unreachable) {
  peer.stop();
  EXPECT_EQ(get(renderer->probe()).error().code, Errc::unreachable);
  EXPECT_EQ(get(renderer->submit(order())).error().code, Errc::unreachable);
  EXPECT_EQ(get(renderer->look_up(id)).error().code, Errc::unreachable);
}

TEST_F(ComfyUiTest, a_server_that_hangs_is_a_timeout_and_nothing_is_posted) {
  peer.hangs = true;
  EXPECT_EQ(get(renderer->probe()).error().code, Errc::timeout);
  EXPECT_EQ(get(renderer->submit(order())).error().code, Errc::timeout);
  EXPECT_EQ(peer.count("POST /prompt"), 0);
}

TEST_F(ComfyUiTest, a_broken_server_is_a_bad_reply_in_one_line) {
  peer.on_prompt = ComfyUiPeer::OnPrompt::break_down;
  const auto broken = get(renderer->submit(order()));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::bad_reply);
  EXPECT_EQ(broken.error().message,
            "ComfyUI broke on the workflow (status 500): 500 Internal Server Error  Server got itself in trouble");
}

TEST_F(ComfyUiTest, a_refused_workflow_says_which_node) {
  peer.on_prompt = ComfyUiPeer::OnPrompt::refuse;
  const auto refused = get(renderer->submit(order()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_NE(refused.error().message.find("KSampler (node 3): Value not in list"), std::string::npos);
}

TEST_F(ComfyUiTest, half_a_workflow_is_cancelled_and_refused) {
  peer.on_prompt = ComfyUiPeer::OnPrompt::queue_a_part;
  const auto refused = get(renderer->submit(order()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(peer.count(std::string("POST /api/jobs/") + id + "/cancel"), 1);
}

TEST_F(ComfyUiTest, a_server_that_ignores_our_id_is_refused) {
  peer.on_prompt = ComfyUiPeer::OnPrompt::ignore_id;
  EXPECT_EQ(get(renderer->submit(order())).error().code, Errc::refused);
  EXPECT_EQ(peer.count("POST /api/jobs/of%20its%20own/cancel"), 1);
}

TEST_F(ComfyUiTest, what_cannot_be_filled_in_is_never_sent) {
  RenderOrder unknown_kind = order();
  unknown_kind.kind = "song";
  EXPECT_EQ(get(renderer->submit(unknown_kind)).error().code, Errc::refused);
  RenderOrder unknown_slot = order();
  unknown_slot.slots["colour"] = "red";
  EXPECT_EQ(get(renderer->submit(unknown_slot)).error().code, Errc::refused);
  EXPECT_TRUE(peer.requests.empty());
}

TEST_F(ComfyUiTest, a_look_up_follows_a_render_to_its_end) {
  EXPECT_EQ(get(renderer->look_up(id))->state, RenderState::absent);
  peer.pending = {id};
  EXPECT_EQ(get(renderer->look_up(id))->state, RenderState::pending);
  peer.running = std::exchange(peer.pending, {});
  EXPECT_EQ(get(renderer->look_up(id))->state, RenderState::running);
  peer.running.clear();
  peer.history[id] = finished_entry;
  const auto finished = get(renderer->look_up(id));
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->state, RenderState::finished);
  EXPECT_EQ(finished->files.at(0).filename, "a.png");
}

TEST_F(ComfyUiTest, a_render_that_ends_between_two_looks_is_not_lost) {
  peer.after_queue = [this] { peer.history[id] = finished_entry; };
  EXPECT_EQ(get(renderer->look_up(id))->state, RenderState::finished);
}

TEST_F(ComfyUiTest, a_server_that_restarted_knows_nothing_of_it) {
  ASSERT_TRUE(get(renderer->submit(order())));
  peer.pending.clear();
  EXPECT_EQ(get(renderer->look_up(id))->state, RenderState::absent);
}

TEST_F(ComfyUiTest, an_interrupt_uses_what_the_version_has) {
  ASSERT_TRUE(get(renderer->interrupt(id)));
  EXPECT_EQ(peer.count("POST /interrupt"), 0);
  peer.has_jobs_api = false;
  peer.running = {"someone else's"};
  ASSERT_TRUE(get(renderer->interrupt(id)));
  EXPECT_EQ(peer.bodies.back(), R"({"delete":["90bb4961-b6af-4720-8156-63e4e82a9c5f"]})");
  EXPECT_EQ(peer.count("POST /interrupt"), 0) << "another render runs";
  peer.running = {id};
  ASSERT_TRUE(get(renderer->interrupt(id)));
  EXPECT_EQ(peer.bodies.back(), R"({"prompt_id":"90bb4961-b6af-4720-8156-63e4e82a9c5f"})");
}

TEST_F(ComfyUiTest, a_release_asks_for_models_and_cache) {
  ASSERT_TRUE(get(renderer->release()));
  EXPECT_EQ(peer.requests.back(), "POST /free");
  EXPECT_EQ(peer.bodies.back(), R"({"unload_models":true,"free_memory":true})");
}

TEST_F(ComfyUiTest, a_worker_that_stands_still_and_is_deaf_is_reported_dead) {
  peer.running = {id};
  ASSERT_TRUE(get(renderer->look_up(id)));
  clock.turn(200s);
  EXPECT_FALSE(get(renderer->probe())->worker_dead);
  ASSERT_TRUE(get(renderer->interrupt(id)));
  clock.turn(14s);
  EXPECT_FALSE(get(renderer->probe())->worker_dead);
  clock.turn(1s);
  EXPECT_TRUE(get(renderer->probe())->worker_dead);
  peer.running.clear();
  EXPECT_FALSE(get(renderer->probe())->worker_dead);
}

TEST_F(ComfyUiTest, hints_move_the_progress_and_survive_a_broken_socket) {
  ASSERT_TRUE(get(renderer->submit(order())));
  peer.running = std::exchange(peer.pending, {});
  ASSERT_TRUE(testing::run_until(io, [&] { return peer.sockets.size() == 1; }));
  const std::string step = R"({"type":"progress","data":{"value":2,"max":3,"node":"1","prompt_id":")";
  testing::run(io, peer.say("no json"));
  testing::run(io, peer.say(step + "someone else's\"}}"));
  testing::run(io, peer.say(step + id + "\"}}"));
  ASSERT_TRUE(testing::run_until(io, [&] { return hints == 1; }));
  EXPECT_DOUBLE_EQ(get(renderer->look_up(id))->progress, 0.5);
  peer.sockets[0]->close();
  ASSERT_TRUE(testing::run_until(io, [&] { return peer.sockets.size() == 2; }));
  testing::run(io, peer.say(std::string(R"({"type":"execution_success","data":{"prompt_id":")") + id + "\"}}"));
  ASSERT_TRUE(testing::run_until(io, [&] { return hints == 2; }));
  EXPECT_EQ(get(renderer->look_up(id))->state, RenderState::running) << "a hint is not the end";
}

}  // namespace
}  // namespace malin::adapters
