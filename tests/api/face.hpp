// The api of a daemon on fakes, asked over real sockets. Time stands still while a request is answered.
#pragma once

#include <gtest/gtest.h>

#include "api/api.hpp"
#include "control/fake_outside.hpp"
#include "net/event_stream.hpp"
#include "net/http_client.hpp"
#include "net/json.hpp"
#include "net/peers.hpp"
#include "net/run.hpp"

namespace malin::testing {

namespace json = boost::json;

struct Answer {
  unsigned status = 0;
  net::Headers headers;
  std::string body;
  json::value value;  // Null where the body is not JSON.

  std::string text(std::string_view name) const { return net::find_string(value, name).value_or("(no text)"); }
  const json::value& at(std::string_view pointer) const { return value.at_pointer(std::string(pointer)); }
  std::string type() const { return std::string(headers.get("Content-Type")); }
};

struct Face : ::testing::Test {
  explicit Face(api::ApiOptions options = {}) : Face(std::move(options), make_config(), {}) {}
  Face(api::ApiOptions options, Config config, Ledger ledger)
      : home(std::move(config), std::move(ledger)),
        api(home.io.get_executor(), home.clock, home.config, *home.controller, with_version(std::move(options))) {
    port = api.listen().value();
    net::Url base;
    base.host = "127.0.0.1";
    base.port = port;
    client = std::make_unique<net::HttpClient>(home.io.get_executor(), base);
    home.start();
  }
  ~Face() override {
    client.reset();
    api.stop();
    run(home.io, api.stopped());
    home.stop();
  }

  static api::ApiOptions with_version(api::ApiOptions options) {
    options.version = "1.2.3";
    return options;
  }

  Answer send(net::HttpRequest request) {
    Answer answer;
    run(home.io, exchange(*client, std::move(request), answer));
    const Result<json::value> parsed = net::parse_json(answer.body);
    if (parsed) answer.value = *parsed;
    return answer;
  }
  Answer get(const std::string& target) { return send({"GET", target}); }
  Answer ask(const std::string& method, const std::string& target, const std::string& body = "") {
    net::HttpRequest request(method, target);
    request.body = body;
    if (!body.empty()) request.headers.add("Content-Type", "application/json");
    return send(std::move(request));
  }
  Answer post(const std::string& target, const std::string& body = "") { return ask("POST", target, body); }

  // What the server says to these very bytes until it closes.
  std::string talk(std::string bytes) {
    std::string heard;
    run(home.io, say_and_hear(port, std::move(bytes), heard));
    return heard;
  }

  Home home;
  api::Api api;
  std::uint16_t port = 0;
  std::unique_ptr<net::HttpClient> client;

 private:
  static Task<void> exchange(net::HttpClient& client, net::HttpRequest request, Answer& answer) {
    Result<net::HttpResponse> response = co_await client.send(std::move(request), std::chrono::seconds(15));
    if (!response) throw std::runtime_error(response.error().message);
    answer.status = response->status;
    answer.headers = response->headers;
    answer.body = std::move(response->body);
  }
  static Task<void> say_and_hear(std::uint16_t port, std::string bytes, std::string& heard) {
    Wire wire = co_await Wire::connect(port);
    co_await wire.say(std::move(bytes));
    heard = co_await wire.hear_all();
  }
};

// With everybody here.
struct GreenFace : Face {
  GreenFace() { EXPECT_TRUE(home.run_until_green()); }
};

}  // namespace malin::testing
