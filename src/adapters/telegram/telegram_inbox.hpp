// The person's messages and presses, over getUpdates (long poll). Telegram keeps them for a day, and takes one reader.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/telegram/bot_client.hpp"
#include "ports/inbox.hpp"

namespace malin::adapters {

struct TelegramInboxOptions {
  std::string api_root = "https://api.telegram.org";
  std::string token;
  std::int64_t chat = 0;
  Duration call_limit = std::chrono::seconds(20);  // Beside the patience of `listen`.
};

class TelegramInbox final : public Inbox {
 public:
  // refused: the address or the token cannot be right.
  static Result<std::unique_ptr<TelegramInbox>> make(boost::asio::any_io_executor executor,
                                                     TelegramInboxOptions options);

  Task<Result<std::vector<Heard>>> listen(std::int64_t from, Duration patience) override;
  Task<Result<void>> answer_press(std::string press, std::string text) override;
  Task<Result<void>> set_menu(std::vector<MenuLine> menu) override;
  Task<Result<void>> probe() override;
  Duration silence() const override { return bot_.silence(); }

 private:
  TelegramInbox(boost::asio::any_io_executor executor, net::Url api_root, TelegramInboxOptions options)
      : options_(std::move(options)), bot_(std::move(executor), std::move(api_root), options_.token) {}

  TelegramInboxOptions options_;
  telegram::BotClient bot_;
};

}  // namespace malin::adapters
