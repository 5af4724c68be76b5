// One client of the proxy: its requests one after another. Inside the proxy only.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/cancellation_signal.hpp>

#include "api/proxy/answer.hpp"
#include "api/proxy/shared.hpp"

namespace malin::api::proxy {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Shared> shared, Tcp::socket socket);

  // Until the connection ends.
  static Task<void> serve(std::shared_ptr<Connection> self);
  // Ends it now.
  void cut();
  // Once a second: looks at the deadline.
  void tick();
  boost::asio::cancellation_slot slot() { return cancel_.slot(); }

  // For the exchange under way.
  Shared& shared() { return *shared_; }
  Peer& client() { return *client_; }
  Wake& wake() { return wake_; }
  std::string& outgoing() { return outgoing_; }
  void give(std::chrono::seconds span);  // Until the deadline.
  bool is_late() const { return is_late_; }
  // Ends the connection so that a client that still sends can read its answer.
  Task<void> linger();

 private:
  Task<bool> next_request();
  Task<void> refuse(unsigned status);
  Task<void> flush();

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Peer> client_;
  Wake wake_;
  std::string outgoing_;  // Each request's in turn, so that it is made once.
  boost::asio::cancellation_signal cancel_;
  Moment deadline_ = Moment::max();
  bool is_late_ = false;
  bool has_ended_ = false;
};

}  // namespace malin::api::proxy
