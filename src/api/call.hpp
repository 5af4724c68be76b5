// One request on its way to a handler. It lives in the coroutine that serves it, longer than its handler.
#pragma once

#include <string>

#include "api/api.hpp"
#include "api/history.hpp"
#include "net/http_server.hpp"

namespace malin::api {

struct Backend {
  Clock& clock;
  const Config& config;
  control::Controller& controller;
  ApiOptions options;
  History history{};
};

struct Call {
  Backend& backend;
  net::Exchange& exchange;
  std::string name;  // What stands in the path where its route has {}; decoded.

  control::Controller& controller() const { return backend.controller; }
  const net::HttpRequest& request() const { return exchange.request(); }
};

}  // namespace malin::api
