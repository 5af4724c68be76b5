#include "rig/rig.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "net/json.hpp"
#include "net/run.hpp"

namespace malin::rig {
namespace {

namespace json = boost::json;

// The whole rig as it starts by default, twenty times as fast.
struct RigTest : ::testing::Test {
  void SetUp() override {
    char name[] = "/tmp/malin-rig-XXXXXX";
    folder = mkdtemp(name);
    RigOptions options;
    options.speed = 20;
    options.directory = folder;
    rig = std::make_unique<Rig>(io.get_executor(), std::move(options));
    const Result<void> started = rig->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  void TearDown() override {
    rig.reset();
    std::filesystem::remove_all(folder);
  }

  json::value ask(std::uint16_t port, const std::string& method, const std::string& target,
                  const std::string& body = "") {
    net::HttpRequest request(method, target);
    request.body = body;
    net::HttpResponse answer;
    malin::testing::run(io, send(io, port, std::move(request), answer));
    return net::parse_json(answer.body).value_or(nullptr);
  }
  json::value control(const std::string& method, const std::string& target, const std::string& body = "") {
    return ask(rig->ports().control, method, target, body);
  }
  static Task<void> send(boost::asio::io_context& io, std::uint16_t port, net::HttpRequest request,
                         net::HttpResponse& answer) {
    net::Url base;
    base.host = "127.0.0.1";
    base.port = port;
    net::HttpClient client(io.get_executor(), base);
    Result<net::HttpResponse> response = co_await client.send(std::move(request), std::chrono::seconds(15));
    if (response) answer = std::move(*response);
  }

  std::filesystem::path folder;
  boost::asio::io_context io{1};
  std::unique_ptr<Rig> rig;
};

TEST_F(RigTest, it_starts_with_all_senses_loaded_and_511_mebibytes_free) {
  EXPECT_EQ(rig->card().total(), mebibytes(32'607));
  EXPECT_EQ(rig->card().free(), mebibytes(511));
  EXPECT_EQ(rig->card().held_by("LM Studio: dolphin-24b"), gibibytes(19));
  EXPECT_EQ(rig->card().held_by("LM Studio: qwen3-vl-8b"), gibibytes(6));
  std::ifstream file(rig->description_file());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Result<json::value> description = net::parse_json(text);
  ASSERT_TRUE(description);
  for (const char* server : {"lmstudio", "comfyui", "telegram", "chatterbox", "control"}) {
    const json::value* entry = net::find(*description, server);
    ASSERT_NE(entry, nullptr) << server;
    EXPECT_TRUE(net::find_string(*entry, "url").value_or("").starts_with("http://127.0.0.1:"));
  }
  EXPECT_TRUE(std::filesystem::exists(*net::find_string(*description, "ledger")));
}

TEST_F(RigTest, its_control_port_shows_the_world_and_breaks_it) {
  const json::value state = control("GET", "/state");
  EXPECT_EQ(net::find_array(*net::find(state, "lmstudio"), "residents")->size(), 2U);
  EXPECT_EQ(net::find_int(net::find_array(state, "cards")->front(), "free"), mebibytes(511).count);
  EXPECT_NE(net::find(control("POST", "/faults", R"({"name":"no.such"})"), "error"), nullptr);
  const json::value faults = control("POST", "/faults", R"({"name":"lmstudio.load.fails","times":2,"amount":0.5})");
  EXPECT_NE(net::find(*net::find(faults, "active"), "lmstudio.load.fails"), nullptr);
  EXPECT_EQ(rig->faults().find("lmstudio.load.fails")->times, 2);
  control("DELETE", "/faults");
  EXPECT_TRUE(rig->faults().active().empty());
  EXPECT_NE(net::find(control("GET", "/nothing"), "error"), nullptr);
}

TEST_F(RigTest, a_person_ejects_and_loads_a_model) {
  EXPECT_EQ(net::find_bool(control("POST", "/lmstudio/eject", R"({"identifier":"qwen3-vl-8b"})"), "ok"), true);
  EXPECT_TRUE(malin::testing::run_until(io, [&] { return rig->card().free() == mebibytes(511 + 6144); }));
  const json::value loaded = control("POST", "/lmstudio/load", R"({"model":"gemma-3-4b"})");
  EXPECT_EQ(net::find_string(loaded, "identifier"), "gemma-3-4b");
  control("POST", "/card/hold", R"({"holder":"game","mib":100})");
  EXPECT_EQ(rig->card().held_by("game"), mebibytes(100));
}

TEST_F(RigTest, every_server_can_be_killed_and_revived) {
  for (const char* server : {"lmstudio", "comfyui", "telegram", "chatterbox"}) {
    const std::string path = std::string("/") + server;
    EXPECT_EQ(net::find_bool(control("POST", path + "/kill"), "ok"), true) << server;
    EXPECT_EQ(net::find_bool(*net::find(control("GET", "/state"), server), "alive"), false) << server;
    EXPECT_NE(net::find(control("POST", path + "/kill"), "error"), nullptr);
  }
  EXPECT_TRUE(malin::testing::run_until(io, [&] { return rig->card().holders().size() == 1; }));
  for (const char* server : {"lmstudio", "comfyui", "telegram", "chatterbox"}) {
    EXPECT_EQ(net::find_bool(control("POST", std::string("/") + server + "/revive"), "ok"), true) << server;
  }
  EXPECT_TRUE(rig->lmstudio().studio().instances().empty());
}

TEST(Rig, more_than_the_card_holds_is_refused) {
  boost::asio::io_context io{1};
  RigOptions options;
  options.directory = std::filesystem::temp_directory_path();
  options.residents.push_back({"gemma-3-4b", "small"});
  Rig rig(io.get_executor(), std::move(options));
  EXPECT_EQ(rig.start().error().code, Errc::refused);
}

}  // namespace
}  // namespace malin::rig
