// The proxy between bare sockets: the test says what the client and the server behind it say, byte for byte.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "api/proxy/proxy.hpp"
#include "net/peers.hpp"
#include "net/run.hpp"

namespace malin::testing {

class ProxyFixture : public ::testing::Test {
 public:
  ProxyFixture() {
    api::proxy::ProxyOptions options;
    options.port = 0;
    options.upstream.host = "127.0.0.1";
    options.upstream.port = door_.port();
    proxy_ = std::make_unique<api::proxy::Proxy>(io_.get_executor(), options);
    port_ = proxy_->listen().value();
  }
  ~ProxyFixture() override {
    proxy_->stop();
    run(io_, proxy_->stopped());
  }

  Task<Wire> client() { return Wire::connect(port_); }
  Task<Wire> server() { return door_.open(); }
  // Runs the test's conversation to its end.
  void talk(Task<void> conversation) { run(io_, std::move(conversation)); }

  boost::asio::io_context io_;
  Door door_{io_};
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

}  // namespace malin::testing
