// Text in, values out: the JSON that the protocol's sources document.
#include "adapters/lmstudio/lmstudio_protocol.hpp"

#include <gtest/gtest.h>

#include "adapters/lmstudio/lmstudio_answers.hpp"
#include "adapters/lmstudio/lmstudio_frames.hpp"

namespace malin::adapters::lmstudio {
namespace {

net::HttpResponse ok(std::string body) { return net::HttpResponse(200, "application/json", std::move(body)); }

TEST(LmStudioFrames, a_token_is_split_into_its_two_parts) {
  const Result<Credentials> split = parse_token("sk-lm-AbCd1234:abcdefghijKLMNOPQRST");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->identifier, "AbCd1234");
  EXPECT_EQ(split->passkey, "abcdefghijKLMNOPQRST");
}

TEST(LmStudioFrames, a_broken_token_is_refused_and_not_repeated) {
  for (const char* token : {"secret", "sk-lm-AbCd1234", "sk-lm-AbCd1234:short", "sk-lm-AbCd123!:abcdefghijKLMNOPQRST",
                            "sk-lm-AbCd1234:abcdefghijKLMNOPQRSTU"}) {
    const Result<Credentials> split = parse_token(token);
    ASSERT_FALSE(split);
    EXPECT_EQ(split.error().code, Errc::refused);
    EXPECT_FALSE(split.error().message.contains(token));
  }
}

TEST(LmStudioFrames, the_greeting_has_its_three_fields) {
  EXPECT_EQ(json::parse(format_hello({"id", "key"})),
            json::parse(R"({"authVersion":1,"clientIdentifier":"id","clientPasskey":"key"})"));
  EXPECT_TRUE(parse_hello_reply(R"({"success":true})"));
  EXPECT_EQ(parse_hello_reply(R"({"success":false,"error":"no"})").error().code, Errc::refused);
  EXPECT_EQ(parse_hello_reply("hello").error().code, Errc::bad_reply);
}

TEST(LmStudioFrames, a_void_parameter_is_left_out) {
  EXPECT_EQ(json::parse(format_call("listLoaded", 1, nullptr)),
            json::parse(R"({"type":"rpcCall","endpoint":"listLoaded","callId":1})"));
}

TEST(LmStudioFrames, every_kind_of_frame_is_told_apart) {
  const auto kind = [](const char* text) { return parse_frame(text).value().kind; };
  EXPECT_EQ(kind(R"({"type":"rpcResult","callId":4})"), FrameKind::rpc_result);
  EXPECT_EQ(kind(R"({"type":"rpcError","callId":4,"error":{"title":"x"}})"), FrameKind::rpc_error);
  EXPECT_EQ(kind(R"({"type":"channelSend","channelId":6,"message":{"type":"progress"}})"), FrameKind::channel_message);
  EXPECT_EQ(kind(R"({"type":"channelClose","channelId":6})"), FrameKind::channel_closed);
  EXPECT_EQ(kind(R"({"type":"channelError","channelId":6,"error":{}})"), FrameKind::channel_error);
  EXPECT_EQ(kind(R"({"type":"communicationWarning","warning":"w"})"), FrameKind::warning);
  EXPECT_EQ(kind(R"({"type":"keepAliveAck"})"), FrameKind::other);
  for (const char* text : {"", "[]", "{}", "nonsense", R"({"type":7})"}) {
    EXPECT_EQ(parse_frame(text).error().code, Errc::bad_reply) << text;
  }
}

TEST(LmStudioFrames, an_error_names_title_cause_and_suggestion) {
  const Error absent = parse_error(json::parse(
      R"({"title":"No model found","suggestion":"Load one","displayData":{"code":"generic.identifierNotFound"}})"));
  EXPECT_EQ(absent, (Error{Errc::not_found, "No model found - Load one"}));
  EXPECT_EQ(parse_error(json::parse(R"({"title":"Model loading was stopped","cause":"guardrails"})")),
            (Error{Errc::refused, "Model loading was stopped - guardrails"}));
  EXPECT_EQ(parse_error(json::value("plain text")), (Error{Errc::refused, "plain text"}));
  EXPECT_EQ(parse_error(json::parse("{}")).message, "no reason given");
}

TEST(LmStudioFrames, an_excerpt_is_cut_between_characters) {
  EXPECT_EQ(excerpt(std::string(199, 'a') + "\u00E9 and more"), std::string(199, 'a') + "...");
}

TEST(LmStudioProtocol, less_than_nothing_is_not_believed) {
  const auto listed = parse_instances(
      net::parse_json(R"([{"modelKey":"m","identifier":"i","instanceReference":"r","ttlMs":-5}])").value(), false);
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->front().ttl, std::nullopt);
  const auto estimate = parse_estimate(
      net::parse_json(R"({"passesGuardrails":true,"memory":{"totalVramBytes":-7,"totalBytes":-1}})").value());
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->vram, Bytes{});
  EXPECT_EQ(estimate->total, Bytes{});
}

TEST(LmStudioProtocol, a_listing_gives_identifier_instance_ttl_and_device) {
  const auto instances = parse_instances(json::parse(R"([
      {"type":"llm","modelKey":"qwen3-8b","identifier":"brain","instanceReference":"OdO6","ttlMs":null,
       "lastUsedTime":1780000000000,"deviceIdentifier":null,"contextLength":32768},
      {"type":"llm","modelKey":"q","identifier":"q","instanceReference":"R2","ttlMs":3600000,"deviceIdentifier":"pc2"},
      {"type":"llm","modelKey":"old","identifier":"old","instanceReference":"R3"}])"),
                                         false);
  ASSERT_TRUE(instances);
  ASSERT_EQ(instances->size(), 3U);
  EXPECT_EQ((*instances)[0].identifier, "brain");
  EXPECT_EQ((*instances)[0].ttl, std::nullopt);
  EXPECT_EQ((*instances)[0].last_used, from_unix_ms(1'780'000'000'000));
  EXPECT_EQ((*instances)[1].last_used, std::nullopt);
  EXPECT_FALSE((*instances)[0].remote);
  EXPECT_TRUE((*instances)[0].knows_devices);
  EXPECT_EQ((*instances)[1].ttl, Duration(3'600'000));
  EXPECT_TRUE((*instances)[1].remote);
  EXPECT_FALSE((*instances)[2].remote);
  EXPECT_FALSE((*instances)[2].knows_devices);
}

TEST(LmStudioProtocol, a_listing_that_makes_no_sense_is_a_bad_reply) {
  for (const char* text : {"null", "{}", R"([{"modelKey":"m"}])", R"([{"modelKey":"m","identifier":"i"}])", "[5]"}) {
    EXPECT_EQ(parse_instances(json::parse(text), false).error().code, Errc::bad_reply) << text;
  }
}

TEST(LmStudioProtocol, fields_go_back_exactly_as_they_came) {
  const char* fields = R"([{"key":"llm.load.contextLength","value":32768},)"
                       R"({"key":"llm.load.llama.kCacheQuantizationType","value":{"checked":true,"value":"q8_0"}}])";
  const Result<std::string> config = parse_load_config(json::parse(std::string(R"({"fields":)") + fields + "}"));
  ASSERT_TRUE(config);
  EXPECT_EQ(parse_fields(*config, false).value(), json::parse(fields).as_array());
  EXPECT_EQ(parse_fields(std::string(R"({"fields":)") + fields + "}", false).value(), json::parse(fields).as_array());
}

TEST(LmStudioProtocol, a_plain_object_becomes_fields) {
  const Result<json::array> fields =
      parse_fields(R"({"contextLength":8192,"llm.load.llama.flashAttention":true})", false);
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields, json::parse(R"([{"key":"llm.load.contextLength","value":8192},
                                     {"key":"llm.load.llama.flashAttention","value":true}])"));
  EXPECT_EQ(parse_fields(R"({"contextLength":512})", true).value(),
            json::parse(R"([{"key":"embedding.load.contextLength","value":512}])"));
  EXPECT_TRUE(parse_fields("", false).value().empty());
}

TEST(LmStudioProtocol, a_load_config_of_another_shape_is_refused) {
  for (const char* text : {"5", "[1]", R"([{"key":"a"}])", R"({"fields":[1]})", "{", "\"text\""}) {
    EXPECT_EQ(parse_fields(text, false).error().code, Errc::refused) << text;
  }
}

TEST(LmStudioProtocol, a_load_says_everything_that_is_to_be_restored) {
  LoadOrder order;
  order.model = "qwen3-8b";
  order.identifier = "brain";
  order.ttl = Duration(3'600'000);
  const json::array fields = json::parse(R"([{"key":"llm.load.contextLength","value":8192}])").as_array();
  EXPECT_EQ(load_parameter(order, fields, true), json::parse(R"({"modelKey":"qwen3-8b","identifier":"brain",
      "deviceIdentifier":null,"ttlMs":3600000,"loadConfigStack":{"layers":[{"layerName":"apiOverride",
      "config":{"fields":[{"key":"llm.load.contextLength","value":8192}]}}]}})"));
  order.ttl.reset();
  const json::value forever = load_parameter(order, fields, false);
  EXPECT_EQ(net::find(forever, "ttlMs"), nullptr);
  EXPECT_EQ(net::find(forever, "deviceIdentifier"), nullptr);
}

TEST(LmStudioProtocol, busy_means_any_state_but_idle_or_a_queue) {
  EXPECT_EQ(parse_busy(json::parse(R"({"status":"idle","queued":0})")), false);
  EXPECT_EQ(parse_busy(json::parse(R"({"status":"idle","queued":2})")), true);
  EXPECT_EQ(parse_busy(json::parse(R"({"status":"processingPrompt","queued":0})")), true);
  EXPECT_EQ(parse_busy(json::parse("{}")), std::nullopt);
}

TEST(LmStudioAnswers, only_the_positive_field_of_a_listing_counts) {
  const auto listed = parse_models(ok(R"({"models":[{"type":"llm","key":"a/b","loaded_instances":[{"id":"a/b",
      "config":{"context_length":4096,"eval_batch_size":512,"parallel":4}}]},{"type":"llm","key":"c",
      "loaded_instances":[]}]})"));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(json::parse(listed->front().load_config), json::parse(R"([{"key":"llm.load.contextLength","value":4096},
      {"key":"llm.load.llama.evalBatchSize","value":512},{"key":"llm.load.numParallelSessions","value":4}])"));
  const auto lost = parse_models(ok(R"-({"error":"Unexpected endpoint or method. (GET /api/v1/models)"})-"));
  EXPECT_EQ(lost.error().code, Errc::bad_reply);
  EXPECT_EQ(parse_models(ok("<html>")).error().code, Errc::bad_reply);
}

TEST(LmStudioAnswers, a_rest_load_says_what_it_leaves_out) {
  LoadOrder order;
  order.model = "m";
  order.ttl = Duration(1000);
  order.load_config =
      R"([{"key":"llm.load.contextLength","value":8192},{"key":"llm.load.seed","value":{"checked":false}}])";
  const Result<RestLoad> load = format_rest_load(order);
  ASSERT_TRUE(load);
  EXPECT_EQ(json::parse(load->body), json::parse(R"({"model":"m","context_length":8192})"));
  EXPECT_EQ(load->left_out, (std::vector<std::string>{"llm.load.seed", "ttl"}));
}

TEST(LmStudioAnswers, an_error_may_be_text_or_object_and_come_with_any_status) {
  EXPECT_EQ(parse_rest_loaded(ok(R"({"instance_id":"m","status":"loaded"})")).value(), "m");
  const auto failed = parse_rest_loaded(ok(R"({"error":{"type":"model_load_failed","message":"SIGABRT"}})"));
  EXPECT_EQ(failed.error(), (Error{Errc::refused, "SIGABRT"}));
  EXPECT_EQ(parse_rest_unloaded(ok(R"({"error":{"type":"model_not_found","message":"no"}})")).error().code,
            Errc::not_found);
  const net::HttpResponse locked(401, "application/json",
                                 R"({"error":{"code":"invalid_api_key","message":"bad key"}})");
  EXPECT_EQ(parse_models(locked).error().code, Errc::refused);
}

TEST(LmStudioAnswers, one_token_of_the_right_model_passes) {
  const char* good = R"({"model":"brain","choices":[{"message":{"content":""}}],"usage":{"completion_tokens":1}})";
  EXPECT_TRUE(parse_chat(ok(good), "brain", "qwen"));
  EXPECT_TRUE(parse_chat(ok(R"({"model":"qwen","choices":[{"message":{"content":"1"}}]})"), "brain", "qwen"));
  EXPECT_EQ(parse_chat(net::HttpResponse(500, "application/json", good), "brain", "qwen").error().code,
            Errc::bad_reply);
}

TEST(LmStudioAnswers, anything_else_than_a_token_of_the_right_model_is_a_bad_reply) {
  for (const char* body : {
           R"({"error":"No models loaded"})",
           R"({"error":{"message":"x"},"model":"brain","choices":[{"message":{"content":"1"}}]})",
           R"({"model":"brain","choices":[]})",
           R"({"model":"brain","choices":[{"message":{"content":""}}],"usage":{"completion_tokens":0}})",
           R"({"model":"other","choices":[{"message":{"content":"1"}}]})",
           R"({"choices":[{"message":{"content":"1"}}]})",
           "<html>",
       }) {
    EXPECT_EQ(parse_chat(ok(body), "brain", "qwen").error().code, Errc::bad_reply) << body;
  }
  EXPECT_EQ(parse_embedding(ok(R"({"model":"e","data":[{"embedding":[]}]})"), "e", "e").error().code, Errc::bad_reply);
  EXPECT_TRUE(parse_embedding(ok(R"({"model":"e","data":[{"embedding":[0.5]}]})"), "e", "e"));
}

}  // namespace
}  // namespace malin::adapters::lmstudio
