#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "net/run.hpp"
#include "rig/chatterbox_face.hpp"
#include "rig/rig_clock.hpp"

namespace malin::rig {
namespace {

// A Chatterbox that is alone on its card.
struct Bench {
  explicit Bench(ChatterboxFlavour flavour)
      : clock(20),
        card(clock, "card", gibibytes(8)),
        face(io.get_executor(), clock, card, faults, {}, flavour),
        port(face.listen("127.0.0.1", 0).value_or(0)) {}

  net::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = "") {
    net::HttpRequest request(method, target);
    request.body = body;
    net::HttpResponse answer;
    malin::testing::run(io, send(*this, std::move(request), answer));
    return answer;
  }
  static Task<void> send(Bench& bench, net::HttpRequest request, net::HttpResponse& answer) {
    net::Url base;
    base.host = "127.0.0.1";
    base.port = bench.port;
    net::HttpClient client(bench.io.get_executor(), base);
    Result<net::HttpResponse> response = co_await client.send(std::move(request), std::chrono::seconds(10));
    answer.status = 0;
    if (response) answer = std::move(*response);
  }

  boost::asio::io_context io{1};
  RigClock clock;
  world::CardLedger card;
  world::Faults faults;
  ChatterboxFace face;
  std::uint16_t port;
};

TEST(Chatterbox, devnens_server_unloads_refuses_to_speak_and_reloads) {
  Bench bench(ChatterboxFlavour::devnen);
  EXPECT_TRUE(bench.ask("GET", "/api/model-info").body.contains(R"("loaded":true)"));
  EXPECT_EQ(bench.ask("GET", "/v1/audio/voices").body, R"({"voices":["Malin.wav"]})");
  EXPECT_EQ(bench.ask("POST", "/api/unload").body, R"({"status":"unloaded"})");
  EXPECT_TRUE(bench.ask("GET", "/api/model-info").body.contains(R"("loaded":false)"));
  EXPECT_EQ(bench.ask("POST", "/tts", R"({"text":"hello"})").status, 503U);
  EXPECT_EQ(bench.ask("POST", "/restart_server").status, 200U);
  EXPECT_EQ(bench.ask("POST", "/tts", R"({"text":"hello"})").status, 200U);
  EXPECT_EQ(bench.ask("GET", "/health").status, 404U);
}

TEST(Chatterbox, speech_is_a_wav_of_the_right_length) {
  Bench bench(ChatterboxFlavour::devnen);
  const net::HttpResponse spoken = bench.ask("POST", "/v1/audio/speech", R"({"input":"hello","voice":"Malin.wav"})");
  EXPECT_EQ(spoken.headers.get("Content-Type"), "audio/wav");
  EXPECT_TRUE(spoken.body.starts_with("RIFF"));
  EXPECT_EQ(spoken.body.size(), 44U + 325 * 24 * 2);
  EXPECT_EQ(bench.ask("POST", "/v1/audio/speech", "{}").status, 422U);
}

TEST(Chatterbox, travisvns_server_tells_its_health_and_cannot_unload) {
  Bench bench(ChatterboxFlavour::travisvn);
  EXPECT_TRUE(bench.ask("GET", "/health").body.contains(R"("model_loaded":true)"));
  EXPECT_EQ(bench.ask("POST", "/api/unload").status, 404U);
  EXPECT_EQ(bench.ask("POST", "/v1/audio/speech", R"({"input":"hello"})").status, 200U);
}

TEST(Chatterbox, a_killed_one_gives_all_its_memory_back) {
  Bench bench(ChatterboxFlavour::devnen);
  EXPECT_EQ(bench.card.free(), mebibytes(4096));
  bench.face.kill();
  EXPECT_EQ(bench.ask("GET", "/api/model-info").status, 0U);
  EXPECT_TRUE(malin::testing::run_until(bench.io, [&] { return bench.card.free() == gibibytes(8); }));
  ASSERT_TRUE(bench.face.revive());
  EXPECT_EQ(bench.ask("GET", "/api/model-info").status, 200U);
}

}  // namespace
}  // namespace malin::rig
