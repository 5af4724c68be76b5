// Both Chatterbox servers, scripted on a real socket.
#include "adapters/chatterbox/chatterbox.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/chatterbox/chatterbox_protocol.hpp"
#include "net/http_server.hpp"
#include "net/json.hpp"
#include "net/run.hpp"

namespace malin::adapters {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kWave = "RIFF" + std::string(4, '\0') + "WAVEfmt " + std::string(100, '\1');

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& out) {
  out = co_await std::move(task);
}

// A server whose model is loaded; `answers` by "METHOD /path" take precedence over what it would say.
class ChatterboxTest : public ::testing::Test {
 protected:
  void start(bool devnen) {
    is_devnen = devnen;
    server = std::make_unique<net::HttpServer>(io.get_executor(),
                                               [this](net::Exchange& exchange) { return serve(exchange); });
    options.url = "http://127.0.0.1:" + std::to_string(server->listen("127.0.0.1", 0).value());
    options.probe_limit = silent ? Duration(200) : Duration(2000);
    options.call_limit = Duration(2000);
    engine = std::make_unique<Chatterbox>(io.get_executor(), options);
  }
  Task<void> serve(net::Exchange& exchange) {
    const net::HttpRequest& request = exchange.request();
    const std::string asked = request.method + " " + request.target;
    calls.push_back(asked);
    body = request.body;
    if (silent) {
      boost::asio::steady_timer never(io, std::chrono::minutes(10));
      co_await never.async_wait(boost::asio::use_awaitable);
    }
    net::HttpResponse response = answers.contains(asked) ? answers[asked] : answer(asked);
    const Result<void> sent = co_await exchange.respond(std::move(response));
    static_cast<void>(sent);
  }
  net::HttpResponse answer(const std::string& asked) {
    const std::string state = loaded ? "true" : "false";
    if (asked == "POST /v1/audio/speech") return net::HttpResponse(200, "audio/wav", kWave);
    if (!is_devnen && asked == "GET /health") return say(R"({"status":"healthy","model_loaded":)" + state + "}");
    if (!is_devnen) return net::HttpResponse(404, "application/json", R"({"detail":"Not Found"})");
    if (asked == "GET /api/model-info") return say(R"({"type":"turbo","loaded":)" + state + "}");
    if (asked == "GET /v1/audio/voices") return say(R"({"status":"ok","voices":["Emily.wav"]})");
    if (asked == "POST /api/unload") {
      loaded = false;
      return say(R"({"status":"unloaded"})");
    }
    if (asked == "POST /restart_server") {
      loaded = true;
      return say(R"({"message":"Model hot-swap successful.","restart_needed":false})");
    }
    return net::HttpResponse(404, "application/json", R"({"detail":"Not Found"})");
  }
  static net::HttpResponse say(std::string text, unsigned status = 200) {
    return net::HttpResponse(status, "application/json", std::move(text));
  }
  void stop() {
    boost::asio::post(io, [this] { server.reset(); });
    malin::testing::run_until(io, [this] { return server == nullptr; });
  }
  template <class T>
  T get(Task<T> task) {
    std::optional<T> out;
    malin::testing::run(io, keep(std::move(task), out));
    return std::move(*out);
  }
  Result<void> load(std::string identifier = "chatterbox") {
    LoadOrder order;
    order.model = "chatterbox";
    order.identifier = std::move(identifier);
    return get(engine->ensure_loaded(std::move(order), nullptr));
  }

  boost::asio::io_context io{1};
  bool is_devnen = true;
  bool loaded = true;
  bool silent = false;
  std::map<std::string, net::HttpResponse> answers;
  std::vector<std::string> calls;
  std::string body;
  ChatterboxOptions options;
  std::unique_ptr<net::HttpServer> server;
  std::unique_ptr<Chatterbox> engine;
};

TEST_F(ChatterboxTest, devnen_is_recognised_unloads_and_loads) {
  start(true);
  const auto reading = get(engine->probe());
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_EQ(reading->residents.size(), 1U);
  EXPECT_EQ(reading->residents[0].identifier, "chatterbox");
  EXPECT_THAT(reading->version, HasSubstr("turbo"));
  ASSERT_TRUE(get(engine->ensure_absent("chatterbox")));
  EXPECT_FALSE(loaded);
  EXPECT_TRUE(get(engine->probe()).value().residents.empty());
  ASSERT_TRUE(get(engine->ensure_absent("chatterbox")));
  ASSERT_TRUE(load());
  EXPECT_TRUE(loaded);
  EXPECT_EQ(std::ranges::count(calls, "POST /api/unload"), 1);
  EXPECT_NE(get(engine->probe()).value().residents[0].instance, reading->residents[0].instance);
  ASSERT_TRUE(load());
  EXPECT_EQ(std::ranges::count(calls, "POST /restart_server"), 1);
}

TEST_F(ChatterboxTest, travisvn_is_recognised_and_can_only_be_watched) {
  start(false);
  EXPECT_EQ(get(engine->probe()).value().residents.size(), 1U);
  EXPECT_EQ(get(engine->ensure_absent("chatterbox")).error().code, Errc::refused);
  EXPECT_TRUE(load());
  loaded = false;
  EXPECT_TRUE(get(engine->probe()).value().residents.empty());
  EXPECT_EQ(load().error().code, Errc::refused);
  EXPECT_TRUE(get(engine->ensure_absent("chatterbox")));
}

TEST_F(ChatterboxTest, travisvn_that_starts_is_loading) {
  start(false);
  answers["GET /health"] = say(R"({"status":"initializing","model_loaded":false})");
  EXPECT_EQ(get(engine->probe()).value().residents[0].state, ResidentState::loading);
  EXPECT_EQ(load().error().code, Errc::timeout);
  answers["GET /health"] = say(R"({"status":"error","model_loaded":false,"initialization_error":"no CUDA"})");
  EXPECT_EQ(get(engine->probe()).value().note, "no CUDA");
}

TEST_F(ChatterboxTest, a_silent_server_may_be_speaking) {
  options.flavour = ChatterboxFlavour::devnen;
  silent = true;
  start(true);
  const auto reading = get(engine->probe());
  EXPECT_EQ(reading.error().code, Errc::timeout);
  EXPECT_THAT(reading.error().message, HasSubstr("may be speaking"));
}

TEST_F(ChatterboxTest, a_stranger_is_a_bad_reply_and_nobody_is_unreachable) {
  start(true);
  answers["GET /api/model-info"] = say("<html>");
  EXPECT_EQ(get(engine->probe()).error().code, Errc::bad_reply);
  stop();
  EXPECT_EQ(get(engine->probe()).error().code, Errc::unreachable);
}

TEST_F(ChatterboxTest, a_load_or_unload_that_fails_is_refused_in_its_words) {
  start(true);
  answers["POST /api/unload"] = say(R"({"detail":"busy"})", 500);
  EXPECT_THAT(get(engine->ensure_absent("chatterbox")).error().message, HasSubstr("busy"));
  answers["POST /api/unload"] = say(R"({"status":"unloaded"})");
  EXPECT_EQ(get(engine->ensure_absent("chatterbox")).error().code, Errc::timeout) << "it still has the model";
  loaded = false;
  answers["POST /restart_server"] = say(R"({"detail":"out of memory"})", 500);
  EXPECT_EQ(load().error().code, Errc::refused);
  EXPECT_THAT(load().error().message, HasSubstr("out of memory"));
  answers["POST /restart_server"] = say(R"({"message":"done","restart_needed":false})");
  EXPECT_EQ(load().error().code, Errc::bad_reply) << "it has no model";
  EXPECT_EQ(load("other").error().code, Errc::not_found);
}

TEST_F(ChatterboxTest, the_deep_probe_hears_a_word) {
  start(true);
  ASSERT_TRUE(get(engine->probe_sense("chatterbox")));
  EXPECT_EQ(boost::json::parse(body).at("voice"), "Emily.wav");
  answers["POST /v1/audio/speech"] = say("");
  EXPECT_EQ(get(engine->probe_sense("chatterbox")).error().code, Errc::bad_reply);
  answers["POST /v1/audio/speech"] = say(R"({"detail":"not currently loaded"})", 503);
  EXPECT_EQ(get(engine->probe_sense("chatterbox")).error().code, Errc::not_found);
  loaded = false;
  EXPECT_EQ(get(engine->probe_sense("chatterbox")).error().code, Errc::not_found);
}

TEST(ChatterboxProtocol, only_audio_counts_as_speech) {
  using chatterbox::parse_speech;
  const auto audio = [](std::string text) { return net::HttpResponse(200, "audio/wav", std::move(text)); };
  EXPECT_TRUE(parse_speech(audio(kWave)));
  EXPECT_TRUE(parse_speech(audio("OggS" + std::string(100, 'x'))));
  EXPECT_TRUE(parse_speech(audio("\xff\xfb" + std::string(100, 'x'))));
  EXPECT_FALSE(parse_speech(audio(kWave.substr(0, 44))));
  EXPECT_FALSE(parse_speech(audio("")));
  EXPECT_FALSE(parse_speech(audio("\xff")));
  EXPECT_FALSE(parse_speech(audio(R"({"error":"no"})")));
}

}  // namespace
}  // namespace malin::adapters
