// A server with a health address, as an engine that can only be watched.
#include "adapters/http/http_engine.hpp"

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "net/http_server.hpp"
#include "net/run.hpp"

namespace malin::adapters {
namespace {

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& out) {
  out = co_await std::move(task);
}

class HttpEngineTest : public ::testing::Test {
 protected:
  HttpEngineTest() {
    HttpEngineOptions options;
    options.url = "http://127.0.0.1:" + std::to_string(server->listen("127.0.0.1", 0).value());
    options.path = "/health";
    options.model = "whisper";
    options.limit = Duration(2000);
    engine = std::make_unique<HttpEngine>(io.get_executor(), options);
  }
  Task<void> serve(net::Exchange& exchange) {
    net::HttpResponse response(exchange.request().target == "/health" ? status : 404, "text/plain", "ok");
    const Result<void> sent = co_await exchange.respond(std::move(response));
    static_cast<void>(sent);
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
  Result<void> load(std::string identifier) {
    LoadOrder order;
    order.model = order.identifier = std::move(identifier);
    return get(engine->ensure_loaded(std::move(order), nullptr));
  }

  boost::asio::io_context io{1};
  unsigned status = 200;
  std::unique_ptr<net::HttpServer> server =
      std::make_unique<net::HttpServer>(io.get_executor(), [this](net::Exchange& e) { return serve(e); });
  std::unique_ptr<HttpEngine> engine;
};

TEST_F(HttpEngineTest, a_well_server_has_one_idle_resident) {
  const auto reading = get(engine->probe());
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_EQ(reading->residents.size(), 1U);
  EXPECT_EQ(reading->residents[0].identifier, "whisper");
  EXPECT_EQ(reading->residents[0].state, ResidentState::idle);
  EXPECT_TRUE(get(engine->probe_sense("whisper")));
  EXPECT_TRUE(load("whisper"));
}

TEST_F(HttpEngineTest, it_can_neither_load_nor_unload) {
  EXPECT_EQ(get(engine->ensure_absent("whisper")).error().code, Errc::refused);
  status = 503;
  EXPECT_TRUE(get(engine->probe()).value().residents.empty());
  EXPECT_EQ(get(engine->probe()).value().note, "/health answers 503");
  EXPECT_EQ(load("whisper").error().code, Errc::refused);
  EXPECT_EQ(get(engine->probe_sense("whisper")).error().code, Errc::not_found);
}

TEST_F(HttpEngineTest, another_name_is_not_found_and_nobody_is_unreachable) {
  EXPECT_EQ(get(engine->probe_sense("other")).error().code, Errc::not_found);
  stop();
  EXPECT_EQ(get(engine->probe()).error().code, Errc::unreachable);
  EXPECT_EQ(load("whisper").error().code, Errc::unreachable);
}

}  // namespace
}  // namespace malin::adapters
