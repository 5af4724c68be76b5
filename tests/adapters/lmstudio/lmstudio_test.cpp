// LM Studio's verbs over its WebSocket, against a scripted server on a real socket.
#include "adapters/lmstudio/lmstudio.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/lmstudio/scripted_server.hpp"

namespace malin::adapters {
namespace {

using malin::testing::get;
using malin::testing::LoadManner;
using malin::testing::ScriptedServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace json = boost::json;

const char* const kFields =
    R"([{"key":"llm.load.contextLength","value":8192},{"key":"llm.load.seed","value":{"checked":true,"value":7}}])";

// A server with a busy brain and an idle vision model, limits short enough to wait for.
class LmStudioTest : public ::testing::Test {
 protected:
  LmStudioTest() {
    ScriptedServer::Model brain;
    brain.key = "dolphin-24b";
    brain.identifier = "brain";
    brain.reference = "ref-brain";
    brain.fields = json::parse(kFields).as_array();
    server.models.push_back(brain);
    ScriptedServer::Model vision = brain;
    vision.key = vision.identifier = "qwen3-vl";
    vision.reference = "ref-vision";
    vision.ttl = 60000;
    server.models.push_back(vision);
    port = server.start();
    options.url = "http://127.0.0.1:" + std::to_string(port);
    options.rpc_limit = Duration(300);
    options.load_limit = Duration(400);
    options.unload_limit = Duration(300);
    options.drain_limit = Duration(200);
    options.gone_limit = Duration(200);
    options.deep_limit = Duration(300);
    options.poll = Duration(5);
  }

  LmStudio& engine() {
    if (!engine_) engine_ = std::make_unique<LmStudio>(io.get_executor(), options);
    return *engine_;
  }
  Result<EngineReading> probe() { return get(io, engine().probe()); }
  Result<void> load(LoadOrder order) {
    return get(io, engine().ensure_loaded(std::move(order), [this](double f) { progress.push_back(f); }));
  }
  Result<void> unload(std::string identifier) { return get(io, engine().ensure_absent(std::move(identifier))); }
  Result<void> deep(std::string identifier) { return get(io, engine().probe_sense(std::move(identifier))); }

  static LoadOrder voice() {
    LoadOrder order;
    order.model = "kokoro";
    order.identifier = "voice";
    order.load_config = kFields;
    order.ttl = Duration(5000);
    return order;
  }

  boost::asio::io_context io{1};
  ScriptedServer server{io};
  std::uint16_t port = 0;
  LmStudioOptions options;
  std::vector<double> progress;
  std::unique_ptr<LmStudio> engine_;
};

TEST_F(LmStudioTest, a_probe_shows_every_local_model_as_it_was_loaded) {
  server.models[0].busy_polls = 1;
  const auto reading = probe();
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_EQ(reading->residents.size(), 2U);
  const Resident& brain = reading->residents[0];
  EXPECT_EQ(brain.model, "dolphin-24b");
  EXPECT_EQ(brain.identifier, "brain");
  EXPECT_EQ(brain.instance, "ref-brain");
  EXPECT_EQ(json::parse(brain.load_config), json::parse(kFields));
  EXPECT_EQ(brain.ttl, std::nullopt);
  EXPECT_EQ(brain.state, ResidentState::busy);
  EXPECT_EQ(reading->residents[1].ttl, Duration(60000));
  EXPECT_EQ(reading->residents[1].state, ResidentState::idle);
  EXPECT_TRUE(reading->restores_exactly);
}

TEST_F(LmStudioTest, a_load_config_is_read_once_for_each_instance) {
  ASSERT_TRUE(probe());
  ASSERT_TRUE(probe());
  EXPECT_EQ(server.count("getLoadConfig"), 2);
  server.models[0].reference = "ref-brain-again";
  ASSERT_TRUE(probe());
  EXPECT_EQ(server.count("getLoadConfig"), 3);
  EXPECT_EQ(server.connections, 2) << "one socket for each of the two namespaces";
}

TEST_F(LmStudioTest, models_on_other_machines_are_not_seen) {
  server.models[1].device = "other-pc";
  const auto reading = probe();
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->residents.size(), 1U);
  EXPECT_TRUE(unload("qwen3-vl"));
  EXPECT_EQ(server.count("unloadModel"), 0);
}

TEST_F(LmStudioTest, embedding_models_are_seen_where_that_namespace_is_spoken) {
  server.models[1].embedding = true;
  ASSERT_EQ(probe().value().residents.size(), 2U);
  EXPECT_TRUE(deep("qwen3-vl"));
  EXPECT_EQ(server.count("POST /v1/embeddings"), 1);
  server.embedding = false;
  server.stop();
  ASSERT_FALSE(probe());
  server.start(port);
  ASSERT_EQ(probe().value().residents.size(), 1U);
}

TEST_F(LmStudioTest, a_server_that_does_not_know_the_processing_state_counts_as_idle) {
  server.unknown = {"getInstanceProcessingState"};
  const auto reading = probe();
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(reading->residents[0].state, ResidentState::idle);
  EXPECT_TRUE(unload("brain"));
}

TEST_F(LmStudioTest, an_instance_that_vanishes_during_the_probe_is_left_out) {
  server.errors["getLoadConfig"] =
      json::parse(R"({"title":"gone","displayData":{"code":"generic.specificModelUnloaded"}})");
  const auto reading = probe();
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->residents.empty());
}

TEST_F(LmStudioTest, a_load_config_that_is_not_told_is_admitted) {
  server.errors["getLoadConfig"] = json::parse(R"({"title":"not today"})");
  const auto reading = probe();
  ASSERT_TRUE(reading);
  EXPECT_FALSE(reading->restores_exactly);
  EXPECT_THAT(reading->note, HasSubstr("load config"));
}

TEST_F(LmStudioTest, a_silent_server_is_a_timeout_and_is_asked_anew) {
  server.silent = {"listLoaded"};
  EXPECT_EQ(probe().error().code, Errc::timeout);
  server.silent.clear();
  EXPECT_TRUE(probe());
  EXPECT_EQ(server.connections, 3) << "the silent socket was given up";
}

TEST_F(LmStudioTest, a_silent_greeting_is_a_timeout) {
  server.silent_hello = true;
  EXPECT_EQ(probe().error().code, Errc::timeout);
}

TEST_F(LmStudioTest, refused_credentials_are_told_and_rest_is_not_tried) {
  options.token = "sk-lm-AbCd1234:abcdefghijKLMNOPQRST";
  server.accepts_client = false;
  const auto reading = probe();
  EXPECT_EQ(reading.error().code, Errc::refused);
  EXPECT_THAT(reading.error().message, HasSubstr("Invalid passkey"));
  EXPECT_EQ(server.hello, json::parse(R"({"authVersion":1,"clientIdentifier":"AbCd1234",
                                          "clientPasskey":"abcdefghijKLMNOPQRST"})"));
  EXPECT_EQ(server.count("GET /api/v1/models"), 0);
}

TEST_F(LmStudioTest, garbage_is_a_bad_reply) {
  server.garbage = true;
  EXPECT_EQ(probe().error().code, Errc::bad_reply);
}

TEST_F(LmStudioTest, doubled_answers_do_no_harm) {
  server.duplicates = true;
  EXPECT_EQ(probe().value().residents.size(), 2U);
  EXPECT_EQ(probe().value().residents.size(), 2U);
}

TEST_F(LmStudioTest, nobody_there_is_unreachable_and_a_server_that_comes_back_is_found_again) {
  ASSERT_TRUE(probe());
  server.stop();
  EXPECT_EQ(probe().error().code, Errc::unreachable);
  EXPECT_EQ(unload("brain").error().code, Errc::unreachable);
  server.start(port);
  EXPECT_TRUE(probe());
}

TEST_F(LmStudioTest, a_load_says_the_same_that_was_read_and_tells_its_progress) {
  ASSERT_TRUE(probe());
  const auto loaded = load(voice());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(progress, ElementsAre(0.25, 0.75));
  const json::value& order = server.asked["loadModel"];
  EXPECT_EQ(order.at("modelKey"), "kokoro");
  EXPECT_EQ(order.at("ttlMs"), 5000);
  EXPECT_TRUE(order.at("deviceIdentifier").is_null());
  EXPECT_EQ(server.find("voice")->fields, json::parse(kFields).as_array());
  EXPECT_EQ(probe().value().residents.back().load_config, json::serialize(json::parse(kFields)));
}

TEST_F(LmStudioTest, what_is_loaded_already_is_not_loaded_twice) {
  ASSERT_TRUE(load(voice()));
  ASSERT_TRUE(load(voice()));
  EXPECT_EQ(server.count("loadModel"), 1);
  LoadOrder other = voice();
  other.model = "another";
  EXPECT_EQ(load(other).error().code, Errc::refused);
}

TEST_F(LmStudioTest, a_load_that_does_not_fit_is_refused_before_it_begins) {
  server.passes_guardrails = false;
  const auto loaded = load(voice());
  EXPECT_EQ(loaded.error().code, Errc::refused);
  EXPECT_THAT(loaded.error().message, HasSubstr("19.0 GiB"));
  EXPECT_EQ(server.count("loadModel"), 0);
}

TEST_F(LmStudioTest, a_server_that_cannot_estimate_loads_all_the_same) {
  server.unknown = {"estimateModelUsage"};
  EXPECT_TRUE(load(voice()));
}

TEST_F(LmStudioTest, a_load_fails_in_the_servers_own_words) {
  server.load = LoadManner::fails;
  server.errors["loadModel"] = json::parse(R"({"title":"insufficient system resources"})");
  EXPECT_EQ(load(voice()).error().code, Errc::refused);
  EXPECT_THAT(load(voice()).error().message, HasSubstr("insufficient system resources"));
  server.errors["loadModel"] = json::parse(R"({"title":"x","displayData":{"code":"generic.pathNotFound"}})");
  EXPECT_EQ(load(voice()).error().code, Errc::not_found);
  server.load = LoadManner::closes;
  EXPECT_EQ(load(voice()).error().code, Errc::refused);
  server.load = LoadManner::takes_other_name;
  EXPECT_EQ(load(voice()).error().code, Errc::bad_reply);
}

TEST_F(LmStudioTest, a_connection_lost_in_the_middle_of_a_load_is_unreachable) {
  server.load = LoadManner::drops_connection;
  EXPECT_EQ(load(voice()).error().code, Errc::unreachable);
  server.load = LoadManner::succeeds;
  EXPECT_TRUE(load(voice()));
}

TEST_F(LmStudioTest, a_load_over_its_limit_is_cancelled) {
  server.load = LoadManner::hangs;
  EXPECT_EQ(load(voice()).error().code, Errc::timeout);
  EXPECT_TRUE(malin::testing::run_until(io, [this] { return server.cancels == 1; }));
}

TEST_F(LmStudioTest, cancelling_the_coroutine_cancels_the_load) {
  server.load = LoadManner::hangs;
  options.load_limit = std::chrono::minutes(5);
  boost::asio::cancellation_signal signal;
  bool ended = false;
  boost::asio::co_spawn(
      io, engine().ensure_loaded(voice(), [&](double) { signal.emit(boost::asio::cancellation_type::terminal); }),
      boost::asio::bind_cancellation_slot(signal.slot(),
                                          [&](std::exception_ptr error, Result<void>) { ended = error != nullptr; }));
  EXPECT_TRUE(malin::testing::run_until(io, [&] { return ended && server.cancels == 1; }));
  EXPECT_EQ(server.count("loadModel"), 1);
}

TEST_F(LmStudioTest, a_probe_works_while_a_load_runs_on_the_same_socket) {
  server.load = LoadManner::hangs;
  bool ended = false;
  boost::asio::co_spawn(io, engine().ensure_loaded(voice(), nullptr),
                        [&](std::exception_ptr, Result<void>) { ended = true; });
  ASSERT_TRUE(malin::testing::run_until(io, [this] { return server.count("loadModel") == 1; }));
  EXPECT_TRUE(probe());
  EXPECT_FALSE(ended);
  ASSERT_TRUE(malin::testing::run_until(io, [&] { return ended; }));
}

TEST_F(LmStudioTest, an_unload_waits_for_the_end_of_a_generation) {
  server.models[0].busy_polls = 3;
  ASSERT_TRUE(unload("brain"));
  EXPECT_EQ(server.find("brain"), nullptr);
  EXPECT_EQ(server.count("getInstanceProcessingState"), 4);
  EXPECT_TRUE(unload("brain")) << "what is not there is absent";
  EXPECT_EQ(server.count("unloadModel"), 1);
}

TEST_F(LmStudioTest, a_generation_without_end_is_not_cut) {
  server.models[0].busy_polls = 1'000'000;
  const auto absent = unload("brain");
  EXPECT_EQ(absent.error().code, Errc::timeout);
  EXPECT_THAT(absent.error().message, HasSubstr("still generating"));
  EXPECT_EQ(server.count("unloadModel"), 0);
}

TEST_F(LmStudioTest, an_unload_that_does_nothing_is_a_timeout) {
  server.keeps_unloaded = true;
  EXPECT_EQ(unload("brain").error().code, Errc::timeout);
}

TEST_F(LmStudioTest, an_unload_of_what_has_just_gone_is_fine) {
  server.errors["getInstanceProcessingState"] =
      json::parse(R"({"title":"gone","displayData":{"code":"generic.specificModelUnloaded"}})");
  EXPECT_TRUE(unload("brain"));
}

TEST_F(LmStudioTest, an_older_server_is_not_told_of_devices) {
  server.knows_devices = false;
  ASSERT_TRUE(unload("brain"));
  EXPECT_EQ(server.asked["unloadModel"], json::parse(R"({"identifier":"brain"})"));
}

TEST_F(LmStudioTest, a_deep_probe_asks_for_one_token_of_what_is_loaded) {
  ASSERT_TRUE(deep("brain"));
  const json::value& asked = server.asked["/v1/chat/completions"];
  EXPECT_EQ(asked.at("model"), "brain");
  EXPECT_EQ(asked.at("max_tokens"), 1);
}

TEST_F(LmStudioTest, a_deep_probe_never_loads) {
  EXPECT_EQ(deep("voice").error().code, Errc::not_found);
  EXPECT_EQ(server.count("POST /v1/chat/completions"), 0);
}

TEST_F(LmStudioTest, an_error_or_another_model_fails_the_deep_probe) {
  server.chat = net::HttpResponse(200, "application/json", R"({"error":"Model is unloaded."})");
  EXPECT_EQ(deep("brain").error(), (Error{Errc::bad_reply, "Model is unloaded."}));
  server.chat = net::HttpResponse(200, "application/json", R"({"model":"x","choices":[{"message":{"content":"1"}}]})");
  EXPECT_EQ(deep("brain").error().code, Errc::bad_reply);
}

}  // namespace
}  // namespace malin::adapters
