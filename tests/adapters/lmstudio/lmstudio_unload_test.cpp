// LM Studio's unload and deep probe, against a scripted server on a real socket.
#include "adapters/lmstudio/lmstudio_fixture.hpp"

namespace malin::adapters {
namespace {

using ::testing::HasSubstr;

TEST_F(LmStudioTest, an_unload_waits_for_the_end_of_a_generation) {
  server.models[0].busy_polls = 3;
  ASSERT_TRUE(unload("brain"));
  EXPECT_EQ(server.find("brain"), nullptr);
  EXPECT_EQ(server.count("getInstanceProcessingState"), 4);
  EXPECT_TRUE(unload("brain")) << "what is not there is absent";
  EXPECT_EQ(server.count("unloadModel"), 1);
}

TEST_F(LmStudioTest, a_generation_without_end_is_not_cut) {
  options.drain_limit = Duration(200);
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
