// The courier over Telegram's Bot API. The status line is edited into the media, so a delivery whose answer was lost
// can be repeated without a second copy. An edit that names no buttons takes them away.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "adapters/telegram/bot_client.hpp"
#include "adapters/telegram/upload.hpp"
#include "ports/courier.hpp"

namespace malin::adapters {

struct TelegramOptions {
  std::string api_root = "https://api.telegram.org";
  std::string token;
  std::string chat_id;
  // true: the media is a new message, for its notification, and the status line is deleted after it. An answer lost
  // then can mean a second copy.
  bool notify_again = false;
  Duration call_limit = std::chrono::seconds(20);
  Duration upload_limit = std::chrono::seconds(300);
  Bytes size_max{50'000'000};  // Of a file; a Bot API server of one's own takes more.
};

class Telegram final : public Courier {
 public:
  // refused: the address or the token cannot be right.
  static Result<std::unique_ptr<Telegram>> make(boost::asio::any_io_executor executor, TelegramOptions options);

  Task<Result<std::string>> probe() override;
  Task<Result<MessageId>> announce(std::string text, Buttons buttons) override;
  Task<Result<void>> amend(MessageId message, std::string text, Buttons buttons) override;
  Task<Result<MessageId>> deliver(DeliveryOrder order) override;
  Task<Result<void>> show_activity(MediaType type) override;
  Duration silence() const override { return bot_.silence(); }

 private:
  Telegram(boost::asio::any_io_executor executor, net::Url api_root, TelegramOptions options);

  Task<telegram::Verdict> call(std::string method, net::json::object arguments);
  Task<Result<telegram::Verdict>> upload(telegram::UploadPlan plan);
  Task<void> remove(MessageId message);

  TelegramOptions options_;
  telegram::BotClient bot_;
  boost::asio::thread_pool file_reader_{1};
};

}  // namespace malin::adapters
