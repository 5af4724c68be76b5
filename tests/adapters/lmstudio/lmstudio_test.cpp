// LM Studio's probe and load over its WebSocket, against a scripted server on a real socket.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "adapters/lmstudio/lmstudio_fixture.hpp"

namespace malin::adapters {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

TEST_F(LmStudioTest, it_knows_the_file_of_what_was_once_loaded) {
  std::string folder = ::testing::TempDir() + "malin-models-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  options.models_dir = folder;
  std::ofstream(folder + "/dolphin-24b.gguf") << "GGUF";
  const auto find = [this](std::string model) { return get(io, engine().find_file(std::move(model))); };
  EXPECT_EQ(find("dolphin-24b").error().code, Errc::not_found) << "never seen";
  ASSERT_TRUE(probe());
  server.models.clear();
  ASSERT_TRUE(probe());
  EXPECT_EQ(find("dolphin-24b"), folder + "/dolphin-24b.gguf");
  EXPECT_EQ(find("qwen3-vl").error().code, Errc::not_found) << "on another machine, perhaps";
  std::filesystem::remove_all(folder);
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
  options.rpc_limit = Duration(200);
  server.silent = {"listLoaded"};
  EXPECT_EQ(probe().error().code, Errc::timeout);
  server.silent.clear();
  EXPECT_TRUE(probe());
  EXPECT_EQ(server.connections, 4) << "the silent sockets were given up";
}

TEST_F(LmStudioTest, a_silent_greeting_is_a_timeout) {
  options.rpc_limit = Duration(200);
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
  EXPECT_THAT(loaded.error().message, HasSubstr("19 GiB"));
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
  options.load_limit = Duration(200);
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
  options.load_limit = Duration(1500);
  server.load = LoadManner::hangs;
  bool ended = false;
  boost::asio::co_spawn(io, engine().ensure_loaded(voice(), nullptr),
                        [&](std::exception_ptr, Result<void>) { ended = true; });
  ASSERT_TRUE(malin::testing::run_until(io, [this] { return server.count("loadModel") == 1; }));
  EXPECT_TRUE(probe());
  EXPECT_FALSE(ended);
  ASSERT_TRUE(malin::testing::run_until(io, [&] { return ended; }));
}

}  // namespace
}  // namespace malin::adapters
