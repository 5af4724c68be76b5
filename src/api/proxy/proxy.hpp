// The chat proxy: an address in front of LM Studio, or any server that speaks OpenAI's dialect. Every request passes
// through, in both directions as it comes; but one that makes her speak is a turn, one that needs a model which is away
// waits or is answered here, and tags in her replies become jobs (docs/PROXY.md).
//
// Always true: no request for a model that is away reaches the server, so none can load it on top of a render.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "api/proxy/house.hpp"
#include "core/result.hpp"
#include "net/url.hpp"
#include "ports/task.hpp"

namespace malin::api::proxy {

// What becomes of a request whose model is away.
enum class AwayPolicy : std::uint8_t {
  hold,    // It waits, and is answered when she is back.
  answer,  // She says what she is doing.
  refuse,  // 503.
};

using AwayPolicies = std::map<std::string, AwayPolicy, std::less<>>;

struct ProxyOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 1235;  // 0 takes a free one.
  net::Url upstream{};        // Plain HTTP.
  std::size_t connections_max = 4096;
  AwayPolicy away = AwayPolicy::hold;
  AwayPolicies away_models{};  // By sense or by model; stronger than by route.
  AwayPolicies away_routes{};  // "/v1/chat/completions"
  std::chrono::seconds hold_limit{300};
  std::chrono::seconds comment_interval{10};  // Between two signs of life to a client that waits for a stream.
  bool cuts_tags = true;
};

class Proxy {
 public:
  // `house` outlives the proxy and everything it has started on `executor`.
  Proxy(boost::asio::any_io_executor executor, ProxyOptions options, House& house);
  ~Proxy();

  // The port that it got. refused: the address is taken or not ours.
  Result<std::uint16_t> listen();
  // Cuts all connections.
  void stop();
  // After `stop`: until the last one has ended.
  Task<void> stopped();
  // Requests that wait for her now.
  std::size_t waiting() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::api::proxy
