// The daemon's own address: REST and an event stream over HTTP (the table is in README.md, "REST"). Every answer is
// JSON; errors are problem details (RFC 9457). Beyond loopback every request needs the token; a browser page of
// another origin gets nothing done.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "control/controller.hpp"
#include "core/result.hpp"
#include "ports/clock.hpp"

namespace malin::api {

struct ApiOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 takes a free one.
  std::string token;       // Empty: none is asked for, which is for loopback only.
  std::string version;     // Of this program, for the status.
};

class Api {
 public:
  // All references outlive the api and everything it has started on `executor`.
  Api(boost::asio::any_io_executor executor, Clock& clock, const Config& config, control::Controller& controller,
      ApiOptions options);
  ~Api();

  // Looks at how things stand, for the history. Cheap; to be called whenever the loop has come round.
  void look();

  // The port that it got. refused: the address is taken, not ours, or beyond loopback without a token.
  Result<std::uint16_t> listen();
  // Cuts all connections.
  void stop();
  // After `stop`: until the last request has ended.
  Task<void> stopped();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace malin::api
