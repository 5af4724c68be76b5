// The proxy between bare sockets: the test says what the client and the server behind it say, byte for byte.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "api/proxy/proxy.hpp"
#include "net/peers.hpp"
#include "net/run.hpp"

namespace malin::testing {

inline constexpr const char* chat = "/v1/chat/completions";
inline constexpr const char* ask = R"({"messages":[],"model":"brain"})";
inline constexpr const char* ask_stream = R"({"messages":[],"stream":true,"model":"brain"})";

// Tells the proxy what the test wants it to hear, and notes what it is told.
class FakeHouse final : public api::proxy::House {
 public:
  FakeHouse() {
    kinds_.resize(2);
    kinds_[0].name = "selfie";
    kinds_[0].tag = "SELFIE";
    kinds_[0].prompt_bytes_max = 200;
    kinds_[1].name = "video";
    kinds_[1].tag = "VIDEO";
    kinds_[1].prompt_bytes_max = 200;
  }

  bool is_everyone_here() override { return away_.empty() && !wants_gap; }
  api::proxy::Standing look_up(std::string_view model) override {
    return {.is_away = away_.contains(model),
            .is_unknown = is_server_unknown,
            .name = std::string(model),
            .line = "taking your photo, back in a sec",
            .left = Duration{42'000}};
  }
  bool join_turn() override {
    if (speaking == 0 || wants_gap) return false;
    ++speaking;
    return true;
  }
  Task<bool> begin_turn(std::string model) override {
    if (away_.contains(model) || wants_gap) co_return false;
    ++speaking;
    ++begun;
    co_return true;
  }
  void leave_turn() override { --speaking; }
  void note_waiting(std::optional<Duration> since_ago) override { someone_waits = since_ago.has_value(); }
  std::span<const KindSpec> kinds() const override { return kinds_; }
  void take_requests(std::vector<TagRequest> requests) override {
    for (TagRequest& request : requests) asked.push_back(request.kind + ": " + request.prompt);
  }
  std::int64_t unix_seconds() const override { return 1'700'000'000; }

  void send_away(const std::string& model) { away_.insert(model); }
  void bring_back(const std::string& model) {
    away_.erase(model);
    tell_news();
  }
  void news() { tell_news(); }

  int speaking = 0;
  int begun = 0;
  bool wants_gap = false;
  bool is_server_unknown = false;
  bool someone_waits = false;
  std::vector<std::string> asked;

 private:
  std::set<std::string, std::less<>> away_;
  std::vector<KindSpec> kinds_;
};

class ProxyFixture : public ::testing::Test {
 public:
  ProxyFixture() { open({}); }
  ~ProxyFixture() override { shut(); }

  // Opens the proxy anew, with these options.
  void open(api::proxy::ProxyOptions options) {
    if (proxy_) shut();
    options.port = 0;
    options.upstream.host = "127.0.0.1";
    options.upstream.port = door_.port();
    proxy_ = std::make_unique<api::proxy::Proxy>(io_.get_executor(), options, house_);
    port_ = proxy_->listen().value();
  }
  void shut() {
    proxy_->stop();
    run(io_, proxy_->stopped());
    EXPECT_EQ(house_.speaking, 0);
    EXPECT_FALSE(house_.someone_waits);
  }

  Task<Wire> client() { return Wire::connect(port_); }
  Task<Wire> server() { return door_.open(); }
  // The server's connection, after a request and its answer of "1". Both connections stay open.
  Task<Wire> exchange_one(Wire& client);
  // Runs the test's conversation to its end.
  void talk(Task<void> conversation) { run(io_, std::move(conversation)); }

  boost::asio::io_context io_;
  Door door_{io_};
  FakeHouse house_;
  std::unique_ptr<api::proxy::Proxy> proxy_;
  std::uint16_t port_ = 0;
};

inline std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: example\r\n\r\n";
}

inline std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: example\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline Task<Wire> ProxyFixture::exchange_one(Wire& client) {
  co_await client.say(get("/one"));
  Wire behind = co_await server();
  co_await behind.hear_until("\r\n\r\n");
  co_await behind.say(ok("1"));
  co_await client.hear_until("\r\n\r\n1");
  co_return behind;
}

}  // namespace malin::testing
