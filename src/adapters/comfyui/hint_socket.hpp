// One WebSocket to ComfyUI with a client id of our own. It opens when a render is under way, comes back when it breaks,
// and closes when nothing is wanted any more. Nobody waits for it and nobody relies on it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "net/url.hpp"
#include "net/websocket.hpp"
#include "ports/clock.hpp"

namespace malin::adapters {

class HintSocket : public std::enable_shared_from_this<HintSocket> {
 public:
  struct Handlers {
    std::function<bool()> wanted;                        // Whether a render is under way.
    std::function<void(const std::string&)> on_message;  // A text message.
    std::function<void(const std::string&)> on_frame;    // A binary message.
  };

  // `base` is ComfyUI's address. `clock` must outlive the socket.
  // `hello`: what it says when it has connected.
  HintSocket(boost::asio::any_io_executor executor, net::Url base, std::string client_id, std::string hello,
             Clock& clock, Handlers handlers);

  // Opens it unless it is open or opening. Returns at once.
  void start();
  // Closes it for good; no handler is called any more.
  void stop();

 private:
  static Task<void> listen(std::shared_ptr<HintSocket> self);
  // Says `hello_` first, then reads until it breaks.
  static Task<void> read_all(std::shared_ptr<HintSocket> self, std::shared_ptr<net::WebSocket> socket);
  bool wanted() const { return !stopped_ && handlers_.wanted(); }

  boost::asio::any_io_executor executor_;
  net::Url url_;
  std::string hello_;
  Clock& clock_;
  Handlers handlers_;
  std::shared_ptr<net::WebSocket> socket_;
  bool listening_ = false;
  bool stopped_ = false;
};

// 32 random hexadecimal digits.
std::string new_client_id();

}  // namespace malin::adapters
