// Calls of the Bot API. The token never leaves this class except on the wire: no error shows it.
#pragma once

#include <chrono>
#include <string>

#include "adapters/telegram/wire.hpp"
#include "net/http_client.hpp"

namespace malin::adapters::telegram {

// refused: the address or the token cannot be right.
Result<net::Url> parse_root(const std::string& api_root, const std::string& token);

class BotClient {
 public:
  BotClient(boost::asio::any_io_executor executor, net::Url api_root, std::string token);

  Task<Verdict> call(std::string method, net::json::object arguments, Duration limit);
  Task<Verdict> post(std::string method, std::string content_type, std::string body, Duration limit);
  // How long Telegram wants to hear nothing; zero when it does not.
  Duration silence() const;

 private:
  std::string token_;
  net::HttpClient client_;
  std::chrono::steady_clock::time_point silent_until_{};
};

}  // namespace malin::adapters::telegram
