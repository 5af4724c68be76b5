#include <gtest/gtest.h>

#include "rig/lmstudio_bench.hpp"
#include "rig/lmstudio_face.hpp"

namespace malin::rig {
namespace {

json::value by_identifier(const std::string& identifier) {
  return json::object{{"specifier", {{"type", "query"}, {"query", {{"identifier", identifier}}}}},
                      {"throwIfNotFound", true}};
}

json::value load_of(const std::string& model, const std::string& identifier, json::array fields) {
  json::object layer{{"layerName", "apiOverride"}, {"config", {{"fields", std::move(fields)}}}};
  return json::object{{"modelKey", model},
                      {"identifier", identifier},
                      {"ttlMs", 60'000},
                      {"loadConfigStack", {{"layers", json::array{std::move(layer)}}}}};
}

std::string message_type(const json::value& frame) {
  const json::value* message = net::find(frame, "message");
  return message ? net::find_string(*message, "type").value_or("") : "";
}

TEST(LmStudioSdk, instances_have_every_member_that_both_sdks_ask_for) {
  LmStudioBench bench;
  bench.place("dolphin-24b", "brain");
  SdkClient client(bench, "llm");
  ASSERT_TRUE(client.authenticated);
  const json::value answer = client.call("listLoaded");
  const json::array* loaded = net::find_array(answer, "result");
  ASSERT_TRUE(loaded && loaded->size() == 1);
  for (const char* key : {"type", "modelKey", "format", "displayName", "publisher", "path", "sizeBytes",
                          "indexedModelIdentifier", "deviceIdentifier", "identifier", "instanceReference", "ttlMs",
                          "lastUsedTime", "vision", "trainedForToolUse", "maxContextLength", "contextLength"}) {
    EXPECT_NE(net::find(loaded->front(), key), nullptr) << key;
  }
  EXPECT_TRUE(net::find(loaded->front(), "ttlMs")->is_null());
}

TEST(LmStudioSdk, a_void_result_is_absent) {
  LmStudioBench bench;
  bench.place("qwen3-vl-8b", "eyes");
  SdkClient client(bench, "llm");
  const json::value unloaded = client.call("unloadModel", json::object{{"identifier", "eyes"}});
  EXPECT_EQ(net::find_string(unloaded, "type"), "rpcResult");
  EXPECT_EQ(net::find(unloaded, "result"), nullptr);
  const json::value again = client.call("unloadModel", json::object{{"identifier", "eyes"}});
  EXPECT_EQ(net::find_string(again, "type"), "rpcError");
}

TEST(LmStudioSdk, a_load_tells_its_progress_and_keeps_identifier_ttl_and_fields) {
  LmStudioBench bench;
  SdkClient client(bench, "llm");
  const json::array fields{json::object{{"key", "llm.load.contextLength"}, {"value", 6000}},
                           json::object{{"key", "llm.load.anything.else"}, {"value", {{"checked", true}}}}};
  const int channel = client.open_channel("loadModel", load_of("gemma-3-4b", "small", fields));
  const std::vector<json::value> frames = client.drain_channel(channel);
  ASSERT_GE(frames.size(), 4U);
  EXPECT_EQ(message_type(frames.front()), "resolved");
  EXPECT_EQ(message_type(frames[1]), "progress");
  EXPECT_EQ(message_type(frames[frames.size() - 2]), "success");
  EXPECT_EQ(net::find_string(frames.back(), "type"), "channelClose");

  const json::value info = client.call("getModelInfo", by_identifier("small"));
  EXPECT_EQ(net::find_int(*net::find(info, "result"), "ttlMs"), 60'000);
  EXPECT_EQ(net::find_int(*net::find(info, "result"), "contextLength"), 6000);
  const std::string config = json::serialize(client.call("getLoadConfig", by_identifier("small")));
  EXPECT_TRUE(config.contains(R"({"key":"llm.load.contextLength","value":6000})"));
  EXPECT_TRUE(config.contains(R"({"key":"llm.load.anything.else","value":{"checked":true}})"));

  const int second = client.open_channel("loadModel", load_of("gemma-3-4b", "small", {}));
  EXPECT_EQ(net::find_string(client.drain_channel(second).back(), "type"), "channelError");
}

TEST(LmStudioSdk, a_config_that_was_read_back_loads_the_same_way_again) {
  LmStudioBench bench;
  bench.place("qwen3-vl-8b", "eyes");
  SdkClient client(bench, "llm");
  const json::value before = client.call("getLoadConfig", by_identifier("eyes"));
  const json::array fields = *net::find_array(*net::find(before, "result"), "fields");
  client.call("unloadModel", json::object{{"identifier", "eyes"}});
  const int channel = client.open_channel("loadModel", load_of("qwen3-vl-8b", "eyes", fields));
  EXPECT_EQ(net::find_string(client.drain_channel(channel).back(), "type"), "channelClose");
  const json::value after = client.call("getLoadConfig", by_identifier("eyes"));
  EXPECT_EQ(*net::find(after, "result"), *net::find(before, "result"));
}

TEST(LmStudioSdk, a_prediction_streams_and_an_unload_cuts_it) {
  LmStudioBench bench({}, 1);
  bench.place("dolphin-24b", "brain");
  SdkClient client(bench, "llm");
  const json::value message =
      json::object{{"role", "user"}, {"content", json::array{json::object{{"type", "text"}, {"text", "Hello there"}}}}};
  const json::object parameter{{"modelSpecifier", *net::find(by_identifier("brain"), "specifier")},
                               {"history", {{"messages", json::array{message}}}},
                               {"predictionConfigStack", {{"layers", json::array{}}}}};
  const std::vector<json::value> whole = client.drain_channel(client.open_channel("predict", parameter));
  ASSERT_GE(whole.size(), 10U);
  EXPECT_EQ(message_type(whole[1]), "fragment");
  EXPECT_EQ(message_type(whole[whole.size() - 2]), "success");

  const int cut = client.open_channel("predict", parameter);
  client.receive();
  const json::value busy = client.call("getInstanceProcessingState", by_identifier("brain"));
  EXPECT_EQ(net::find_string(*net::find(busy, "result"), "status"), "generating");
  SdkClient other(bench, "llm");
  other.call("unloadModel", json::object{{"identifier", "brain"}});
  EXPECT_EQ(net::find_string(client.drain_channel(cut).back(), "type"), "channelError");
  EXPECT_EQ(bench.face.studio().counters().replies_cut, 1);
}

TEST(LmStudioSdk, models_and_version_are_asked_of_the_system) {
  LmStudioBench bench;
  SdkClient client(bench, "system");
  EXPECT_EQ(net::find_array(client.call("listDownloadedModels"), "result")->size(), 4U);
  const json::value version = client.call("version");
  EXPECT_EQ(net::find_string(*net::find(version, "result"), "version"), "0.4.21");
}

TEST(LmStudioHttp, an_unknown_path_is_answered_with_200_and_an_error) {
  LmStudioBench bench;
  const net::HttpResponse response = bench.ask("GET", "/api/v1/nothing");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, R"json({"error":"Unexpected endpoint or method. (GET /api/v1/nothing)"})json");
  EXPECT_EQ(bench.ask("GET", "/lmstudio-greeting").body, R"({"lmstudio":true})");
}

TEST(LmStudioHttp, rest_loads_lists_and_unloads) {
  LmStudioBench bench;
  const json::value loaded = bench.ask_json("POST", "/api/v1/models/load",
                                            R"({"model":"gemma-3-4b","context_length":3000,"echo_load_config":true})");
  EXPECT_EQ(net::find_string(loaded, "instance_id"), "gemma-3-4b");
  EXPECT_EQ(net::find_int(*net::find(loaded, "load_config"), "context_length"), 3000);
  EXPECT_TRUE(bench.ask("GET", "/api/v1/models").body.contains(R"("loaded_instances":[{"id":"gemma-3-4b")"));
  EXPECT_EQ(net::find_string(bench.ask_json("GET", "/api/v0/models/gemma-3-4b"), "state"), "loaded");
  EXPECT_EQ(bench.ask("POST", "/api/v1/models/unload", R"({"instance_id":"gemma-3-4b"})").body,
            R"({"instance_id":"gemma-3-4b"})");
  EXPECT_EQ(net::find_string(bench.ask_json("GET", "/api/v0/models/gemma-3-4b"), "state"), "not-loaded");
}

TEST(LmStudioHttp, a_chat_with_an_absent_model_loads_it_just_in_time) {
  LmStudioBench bench;
  const std::string chat = R"({"model":"gemma-3-4b","max_tokens":4,"messages":[{"role":"user","content":"hello"}])";
  const json::value whole = bench.ask_json("POST", "/v1/chat/completions", chat + "}");
  EXPECT_EQ(net::find_string(whole, "model"), "gemma-3-4b");
  EXPECT_EQ(net::find_int(*net::find(whole, "usage"), "completion_tokens"), 4);
  const std::string stream = bench.ask("POST", "/v1/chat/completions", chat + R"(,"stream":true})").body;
  EXPECT_TRUE(stream.contains(R"("finish_reason":"length")"));
  EXPECT_TRUE(stream.ends_with("data: [DONE]\n\n"));
  EXPECT_EQ(bench.face.studio().counters().loads, 1);
  const json::value vectors =
      bench.ask_json("POST", "/v1/embeddings", R"({"model":"nomic-embed-text-v1.5","input":"a"})");
  EXPECT_EQ(net::find_array(vectors, "data")->size(), 1U);
}

TEST(LmStudioHttp, without_just_in_time_loading_only_loaded_models_answer) {
  LmStudioFaceOptions options;
  options.just_in_time = false;
  LmStudioBench bench(std::move(options));
  const net::HttpResponse refused = bench.ask("POST", "/v1/chat/completions", R"({"model":"gemma-3-4b"})");
  EXPECT_EQ(refused.status, 404U);
  EXPECT_TRUE(refused.body.contains("No models loaded"));
}

TEST(LmStudioFace, with_a_token_nobody_is_served_without_it) {
  LmStudioFaceOptions options;
  options.token = "sk-lm-abcdefgh:ABCDEFGHIJKLMNOPQRST";
  LmStudioBench bench(std::move(options));
  EXPECT_EQ(bench.ask("GET", "/v1/models").status, 401U);
  net::HttpRequest request("GET", "/v1/models");
  request.headers.set("Authorization", "Bearer sk-lm-abcdefgh:ABCDEFGHIJKLMNOPQRST");
  EXPECT_EQ(bench.ask(std::move(request)).status, 200U);
  EXPECT_FALSE(SdkClient(bench, "llm").authenticated);
  EXPECT_TRUE(SdkClient(bench, "llm", "abcdefgh", "ABCDEFGHIJKLMNOPQRST").authenticated);
}

TEST(LmStudioFace, a_killed_one_refuses_and_comes_back_empty_on_the_same_port) {
  LmStudioBench bench;
  bench.place("dolphin-24b", "brain");
  bench.face.kill();
  EXPECT_EQ(bench.ask("GET", "/v1/models").status, 0U);
  ASSERT_TRUE(bench.face.revive());
  SdkClient client(bench, "llm");
  EXPECT_TRUE(net::find_array(client.call("listLoaded"), "result")->empty());
}

TEST(LmStudioFace, a_hanging_one_answers_when_it_is_over) {
  LmStudioBench bench;
  bench.faults.set("lmstudio.hangs", {});
  net::HttpResponse answer;
  bool ended = false;
  boost::asio::co_spawn(bench.io, LmStudioBench::send(bench, net::HttpRequest("GET", "/v1/models"), answer),
                        [&](std::exception_ptr) { ended = true; });
  EXPECT_FALSE(malin::testing::run_until(bench.io, [&] { return ended; }, std::chrono::milliseconds(200)));
  bench.faults.clear();
  EXPECT_TRUE(malin::testing::run_until(bench.io, [&] { return ended; }));
  EXPECT_EQ(answer.status, 200U);
}

}  // namespace
}  // namespace malin::rig
