// One connection of the HTTP server: reads requests one after another and hands each to the handler. Inside net only.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

#include "net/http_server.hpp"
#include "net/link.hpp"
#include "net/websocket_stream.hpp"
#include "net/wire.hpp"

namespace malin::net {

class Session;

// What the connections of a server share.
struct ServerState {
  ServerState(const boost::asio::any_io_executor& executor, Handler handler_, ServerLimits limits_, Refusal refusal_)
      : handler(std::move(handler_)), limits(limits_), refusal(std::move(refusal_)), ended(executor) {}

  Handler handler;
  ServerLimits limits;
  Refusal refusal;  // May be empty.
  bool is_stopped = false;
  std::set<std::shared_ptr<Session>> sessions;
  std::vector<std::weak_ptr<WebSocketQueue>> sockets;
  Signal ended;  // A session or a listener.
  int running = 0;
};

class Session final : public Exchange {
 public:
  Session(std::shared_ptr<ServerState> server, Tcp::socket socket);

  // Until the connection ends.
  static Task<void> serve(std::shared_ptr<Session> session);
  // Closes the connection and cancels the handler.
  void cut();
  boost::asio::cancellation_slot slot() { return cancel_.slot(); }

  const HttpRequest& request() const override { return request_; }
  std::string peer() const override { return peer_; }
  Task<Result<void>> respond(HttpResponse response) override;
  Task<Result<void>> begin(unsigned status, Headers headers) override;
  Task<Result<void>> write(std::string chunk) override;
  Task<Result<void>> end() override;
  void abort() override;
  Task<Result<std::shared_ptr<WebSocket>>> accept_websocket() override;

 private:
  enum class Answer { none, streaming, whole, upgraded, aborted };

  // Whether there is a request to answer. A broken one is answered here, with an error.
  Task<bool> read_request();
  Task<ErrorCode> read_rest(TimePoint until);
  Task<void> refuse(unsigned status);
  Task<void> run_handler();
  Task<Result<void>> send(std::string head, std::string body);

  std::shared_ptr<ServerState> server_;
  std::shared_ptr<Link> link_;
  boost::asio::cancellation_signal cancel_;
  std::string peer_;
  std::unique_ptr<RequestParser> parser_;
  HttpRequest request_;
  Answer answer_ = Answer::none;
  Framing framing_ = Framing::length;
  bool keep_alive_ = false;
};

}  // namespace malin::net
