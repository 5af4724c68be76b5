// LM Studio over REST v1, where the WebSocket is declined; and how it is found on this machine.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/lmstudio/discovery.hpp"
#include "adapters/lmstudio/lmstudio.hpp"
#include "adapters/lmstudio/scripted_server.hpp"

namespace malin::adapters {
namespace {

using malin::testing::get;
using malin::testing::LoadManner;
using malin::testing::ScriptedServer;
using ::testing::HasSubstr;
namespace json = boost::json;

class LmStudioRestTest : public ::testing::Test {
 protected:
  LmStudioRestTest() {
    ScriptedServer::Model model;
    model.key = model.identifier = "dolphin-24b";
    server.models.push_back(model);
    server.websocket = false;
    LmStudioOptions options;
    options.url = "http://127.0.0.1:" + std::to_string(server.start());
    options.token = "sk-lm-AbCd1234:abcdefghijKLMNOPQRST";
    options.rpc_limit = Duration(500);
    options.gone_limit = Duration(200);
    options.poll = Duration(5);
    engine = std::make_unique<LmStudio>(io.get_executor(), options);
  }
  static LoadOrder vision() {
    LoadOrder order;
    order.model = order.identifier = "qwen3-vl";
    order.load_config = R"({"contextLength":8192,"seed":1})";
    return order;
  }

  boost::asio::io_context io{1};
  ScriptedServer server{io};
  std::unique_ptr<LmStudio> engine;
};

TEST_F(LmStudioRestTest, a_reading_says_what_cannot_be_restored) {
  const auto reading = get(io, engine->probe());
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_EQ(reading->residents.size(), 1U);
  EXPECT_EQ(reading->residents[0].identifier, "dolphin-24b");
  EXPECT_FALSE(reading->restores_exactly);
  EXPECT_THAT(reading->note, HasSubstr("TTL"));
  EXPECT_EQ(server.headers["/api/v1/models"], "Bearer sk-lm-AbCd1234:abcdefghijKLMNOPQRST");
}

TEST_F(LmStudioRestTest, it_loads_probes_and_unloads) {
  ASSERT_TRUE(get(io, engine->ensure_loaded(vision(), nullptr)));
  EXPECT_EQ(server.asked["/api/v1/models/load"], json::parse(R"({"model":"qwen3-vl","context_length":8192})"));
  EXPECT_THAT(get(io, engine->probe()).value().note, HasSubstr("llm.load.seed"));
  EXPECT_TRUE(get(io, engine->probe_sense("qwen3-vl")));
  ASSERT_TRUE(get(io, engine->ensure_loaded(vision(), nullptr)));
  EXPECT_EQ(server.count("POST /api/v1/models/load"), 1);
  ASSERT_TRUE(get(io, engine->ensure_absent("qwen3-vl")));
  EXPECT_EQ(server.find("qwen3-vl"), nullptr);
  EXPECT_TRUE(get(io, engine->ensure_absent("qwen3-vl")));
}

TEST_F(LmStudioRestTest, a_name_that_it_cannot_give_is_refused) {
  LoadOrder order = vision();
  order.identifier = "eyes";
  EXPECT_EQ(get(io, engine->ensure_loaded(order, nullptr)).error().code, Errc::refused);
  EXPECT_EQ(server.count("POST /api/v1/models/load"), 0);
}

TEST_F(LmStudioRestTest, a_second_copy_is_taken_away_again) {
  server.load = LoadManner::takes_other_name;
  EXPECT_EQ(get(io, engine->ensure_loaded(vision(), nullptr)).error().code, Errc::refused);
  EXPECT_EQ(server.find("qwen3-vl:2"), nullptr);
}

TEST_F(LmStudioRestTest, a_failed_load_is_refused_in_its_words) {
  server.errors["load"] = json::parse(R"({"type":"model_load_failed","message":"engine aborted"})");
  EXPECT_EQ(get(io, engine->ensure_loaded(vision(), nullptr)).error(), (Error{Errc::refused, "engine aborted"}));
  server.errors["load"] = "just a text";
  EXPECT_EQ(get(io, engine->ensure_loaded(vision(), nullptr)).error(), (Error{Errc::refused, "just a text"}));
}

TEST_F(LmStudioRestTest, a_server_that_speaks_neither_is_a_bad_reply) {
  server.rest = false;
  const auto reading = get(io, engine->probe());
  EXPECT_EQ(reading.error().code, Errc::bad_reply);
  EXPECT_THAT(reading.error().message, HasSubstr("Unexpected endpoint"));
}

TEST_F(LmStudioRestTest, the_websocket_is_taken_as_soon_as_it_is_spoken) {
  ASSERT_FALSE(get(io, engine->probe()).value().restores_exactly);
  server.websocket = true;
  server.models[0].reference = "ref";
  EXPECT_TRUE(get(io, engine->probe()).value().restores_exactly);
}

// A folder of its own that goes with the test.
struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / ("malin-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
  std::filesystem::path path;
};

TEST(LmStudioDiscovery, the_home_is_where_the_pointer_says_or_where_it_always_was) {
  const Folder folder;
  EXPECT_EQ(lmstudio::find_home(folder.path.string()), (folder.path / ".lmstudio").string());
  folder.write(".cache/lm-studio/x", "");
  EXPECT_EQ(lmstudio::find_home(folder.path.string()), (folder.path / ".cache/lm-studio").string());
  folder.write(".lmstudio-home-pointer", "/elsewhere\n");
  EXPECT_EQ(lmstudio::find_home(folder.path.string()), "/elsewhere");
}

TEST(LmStudioDiscovery, its_settings_say_where_the_models_are) {
  const Folder folder;
  const std::string home = folder.path.string();
  EXPECT_EQ(lmstudio::models_folder(home), home + "/models");
  folder.write("settings.json", R"({"downloadsFolder": "/big/models", "language": "en"})");
  EXPECT_EQ(lmstudio::models_folder(home), "/big/models");
  folder.write("settings.json", "{");
  EXPECT_EQ(lmstudio::models_folder(home), home + "/models");
}

TEST(LmStudioDiscovery, only_a_file_below_the_models_folder_is_one_of_a_model) {
  const Folder folder;
  folder.write("a/b.gguf", "");
  const std::string models = folder.path.string();
  EXPECT_EQ(lmstudio::file_below(models, "a/b.gguf"), models + "/a/b.gguf");
  EXPECT_EQ(lmstudio::file_below(models, "a/c.gguf").error().code, Errc::not_found);
  EXPECT_EQ(lmstudio::file_below(models, "a").error().code, Errc::not_found);
  EXPECT_EQ(lmstudio::file_below(models, "").error().code, Errc::not_found);
  for (const char* outside : {"../a/b.gguf", "a/../../b", "/etc/passwd"})
    EXPECT_EQ(lmstudio::file_below(models, outside).error().code, Errc::refused) << outside;
}

TEST(LmStudioDiscovery, a_published_port_must_be_one) {
  const Folder folder;
  EXPECT_EQ(lmstudio::published_port(folder.path.string()), std::nullopt);
  folder.write(".internal/http-server.json", R"({"port":70000})");
  EXPECT_EQ(lmstudio::published_port(folder.path.string()), std::nullopt);
  folder.write(".internal/http-server.json", R"({"port":41343})");
  EXPECT_EQ(lmstudio::published_port(folder.path.string()), 41343);
}

TEST(LmStudioDiscovery, only_what_greets_as_lm_studio_is_found) {
  boost::asio::io_context io{1};
  const Folder folder;
  net::HttpServer stranger(io.get_executor(), [](net::Exchange& exchange) -> Task<void> {
    net::HttpResponse page(200, "text/html", "<html>hello</html>");
    const Result<void> sent = co_await exchange.respond(std::move(page));
    static_cast<void>(sent);
  });
  ScriptedServer server(io);
  lmstudio::Whereabouts whereabouts;
  whereabouts.http_port = stranger.listen("127.0.0.1", 0).value();
  whereabouts.internal_ports = {};
  whereabouts.home = folder.path.string();
  EXPECT_EQ(get(io, lmstudio::discover(io.get_executor(), whereabouts, Duration(500))).error().code, Errc::unreachable);
  const std::uint16_t port = server.start();
  folder.write(".internal/http-server.json", R"({"port":)" + std::to_string(port) + "}");
  const auto found = get(io, lmstudio::discover(io.get_executor(), whereabouts, Duration(500)));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->port, port);
}

}  // namespace
}  // namespace malin::adapters
