// Tells an address how she stands, whenever that changes: for an avatar whose eyes glow. Signed (Standard Webhooks) and
// repeated until it is taken. Nobody waits for it, and nothing piles up: only the newest state counts, so a newer one
// takes the place of one that was not taken yet.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/http_client.hpp"
#include "ports/clock.hpp"

namespace malin::adapters {

struct WebhookOptions {
  std::string url;
  std::string secret;  // "whsec_..." or any text of 16 bytes and more.
  Duration call_limit = std::chrono::seconds(10);
  int tries_max = 30;                              // Of one notice; then it waits for the next change.
  std::function<void(const Error&)> on_trouble{};  // The first try of a notice has failed. May be empty.
};

class Webhook {
 public:
  // refused: the address or the secret is none. `clock` outlives the webhook.
  static Result<std::unique_ptr<Webhook>> make(boost::asio::any_io_executor executor, Clock& clock,
                                               WebhookOptions options);

  // Takes note and returns at once.
  void tell(const std::string& glow, const std::string& line);

  // Until `stop`; what is under way then is cancelled.
  Task<void> run();
  void stop();

 private:
  struct Notice {
    std::string id;
    std::string body;
  };

  Webhook(boost::asio::any_io_executor executor, Clock& clock, net::Url url, std::string key, WebhookOptions options);
  Task<void> serve();
  Task<void> bring(Notice notice);
  Task<Result<void>> post(Notice notice);

  Clock& clock_;
  WebhookOptions options_;
  std::string key_;
  std::string target_;  // After the path of the address.
  net::HttpClient client_;
  std::optional<Notice> next_;
  std::int64_t told_ = 0;
  boost::asio::steady_timer changed_;
  boost::asio::steady_timer stopped_;
  bool is_stopped_ = false;
};

}  // namespace malin::adapters
