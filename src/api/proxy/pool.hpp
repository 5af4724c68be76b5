// Connections to the server behind the proxy that wait to be used again. One that the server has closed meanwhile is
// noticed at once, for each is being read.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "api/proxy/peer.hpp"
#include "core/result.hpp"
#include "net/url.hpp"
#include "ports/task.hpp"

namespace malin::api::proxy {

class Pool {
 public:
  Pool(boost::asio::any_io_executor executor, net::Url server)
      : executor_(std::move(executor)), server_(std::move(server)) {}

  // One that is idle, or nullptr.
  std::shared_ptr<Peer> take();
  // unreachable: nobody answers there within `limit`.
  Task<Result<std::shared_ptr<Peer>>> connect(std::chrono::milliseconds limit);
  // Fit for another request.
  void put(std::shared_ptr<Peer> peer, Moment now);
  // Closes those that were not used for long.
  void sweep(Moment now);
  void clear();

 private:
  boost::asio::any_io_executor executor_;
  net::Url server_;
  std::vector<std::shared_ptr<Peer>> idle_;  // The newest last.
};

}  // namespace malin::api::proxy
