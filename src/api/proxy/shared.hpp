// What all connections of the proxy share. Inside the proxy only; one thread.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "api/proxy/head.hpp"
#include "api/proxy/pool.hpp"
#include "api/proxy/proxy.hpp"
#include "api/proxy/waiting_room.hpp"

namespace malin::api::proxy {

class Connection;

// How long something may stand still before it is given up.
struct Limits {
  std::chrono::seconds idle{75};  // Between two requests.
  std::chrono::seconds head{30};  // From the first byte of a request to the end of its head.
  std::chrono::seconds connect{5};
  std::chrono::seconds silence{900};  // Of a request or answer under way: a large prompt takes its time.
  std::chrono::seconds linger{2};     // For a client that was refused and still sends.
};

struct Shared {
  Shared(boost::asio::any_io_executor executor_, ProxyOptions options_, House& house_)
      : house(house_),
        room(house_),
        executor(std::move(executor_)),
        options(std::move(options_)),
        host(options.upstream.host + ":" + std::to_string(options.upstream.port)),
        pool(executor, options.upstream) {}

  House& house;
  WaitingRoom room;
  boost::asio::any_io_executor executor;
  ProxyOptions options;
  Limits limits;
  std::string host;  // Of the server behind.
  Pool pool;
  Moment now = std::chrono::steady_clock::now();  // To a second: read at every tick, not for every byte.
  std::set<std::shared_ptr<Connection>> connections;
  bool is_stopped = false;

  // Used between two awaits only.
  RequestHead request;
  ResponseHead response;
  std::string text;
  std::string edited;
  std::string chunk;
};

}  // namespace malin::api::proxy
