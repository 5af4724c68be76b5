// Asks the running daemon over REST and waits for its answer. What goes wrong is told to a person: what happened, why,
// and what to do about it.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "app/client_address.hpp"
#include "net/event_stream.hpp"
#include "net/http_client.hpp"
#include "net/json.hpp"

namespace malin::app {

// Why there is no answer, ready to be printed, and the exit code for it.
struct Trouble {
  int exit_code = 1;
  std::string text;
};

struct Answer {
  unsigned status = 200;
  std::string text;  // As it came.
  net::json::value body;
};

class DaemonClient {
 public:
  // Exit code 2 in the trouble: that is no address.
  static std::expected<DaemonClient, Trouble> make(DaemonAddress address);

  // Any 2xx is an answer; all else is trouble. `body` is sent as JSON unless it is empty.
  std::expected<Answer, Trouble> ask(std::string method, std::string target, std::string body = "");

  // Every event of a stream that the daemon ends by itself.
  std::expected<void, Trouble> read(std::string target, std::function<void(const net::StreamEvent&)> take);

  // Follows an event stream until `take` returns false. A connection
  // that was good and is lost is told to `lost`, made again and goes on after the newest event.
  std::expected<void, Trouble> follow(std::string target, std::function<bool(const net::StreamEvent&)> take,
                                      std::function<void(const std::string&)> lost);

  // Until so much time has passed, for whoever asks again and again.
  void wait(std::chrono::milliseconds length);

  // `ask` and `follow` for who does more at the same time: on `io`, which the caller runs.
  boost::asio::io_context& io() { return *io_; }
  Task<std::expected<Answer, Trouble>> ask_meanwhile(std::string method, std::string target, std::string body = "");
  Task<std::expected<void, Trouble>> follow_meanwhile(std::string target,
                                                      std::function<bool(const net::StreamEvent&)> take,
                                                      std::function<void(const std::string&)> lost);

  // How long `ask` waits for its answer; else 20 seconds.
  void set_patience(std::chrono::milliseconds limit) { patience_ = limit; }

  const std::string& url() const { return address_.url; }

 private:
  DaemonClient(DaemonAddress address, net::Url url);
  net::HttpRequest request(std::string method, std::string target) const;
  Trouble trouble(const Error& error) const;
  Trouble trouble(const net::HttpResponse& response) const;

  DaemonAddress address_;
  std::chrono::milliseconds patience_{20'000};
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<net::HttpClient> http_;
};

}  // namespace malin::app
