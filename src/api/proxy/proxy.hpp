// The chat proxy: an address in front of LM Studio, or any server that speaks OpenAI's dialect. Every request passes
// through unchanged, in both directions as it comes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "net/url.hpp"
#include "ports/task.hpp"

namespace malin::api::proxy {

struct ProxyOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 1235;  // 0 takes a free one.
  net::Url upstream{};        // Plain HTTP.
  std::size_t connections_max = 4096;
};

class Proxy {
 public:
  Proxy(boost::asio::any_io_executor executor, ProxyOptions options);
  ~Proxy();

  // The port that it got. refused: the address is taken or not ours.
  Result<std::uint16_t> listen();
  // Cuts all connections.
  void stop();
  // After `stop`: until the last one has ended.
  Task<void> stopped();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::api::proxy
