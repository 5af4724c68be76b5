#include "adapters/telegram/telegram_inbox.hpp"

#include <utility>

#include "adapters/telegram/updates.hpp"

namespace malin::adapters {

namespace json = net::json;
using telegram::Verdict;

namespace {

constexpr std::size_t press_text_max = 200;
constexpr std::size_t meaning_max = 256;
constexpr std::size_t menu_max = 100;
constexpr int updates_max = 20;
constexpr Duration probe_patience = std::chrono::seconds(2);  // Another reader comes back within a moment.

Result<void> outcome_of(const Verdict& verdict) {
  if (verdict.error) return std::unexpected(*verdict.error);
  return {};
}

}  // namespace

Result<std::unique_ptr<TelegramInbox>> TelegramInbox::make(boost::asio::any_io_executor executor,
                                                           TelegramInboxOptions options) {
  Result<net::Url> root = telegram::parse_root(options.api_root, options.token);
  if (!root) return std::unexpected(root.error());
  return std::unique_ptr<TelegramInbox>(new TelegramInbox(std::move(executor), std::move(*root), std::move(options)));
}

Task<Result<std::vector<Heard>>> TelegramInbox::listen(std::int64_t from, Duration patience) {
  json::object arguments{{"limit", updates_max},
                         {"timeout", std::chrono::ceil<std::chrono::seconds>(patience).count()},
                         {"allowed_updates", json::array{"message", "callback_query"}}};
  if (from != 0) arguments["offset"] = from;
  const Verdict verdict = co_await bot_.call("getUpdates", std::move(arguments), patience + options_.call_limit);
  if (verdict.error) co_return std::unexpected(*verdict.error);
  co_return telegram::parse_updates(*verdict.result, options_.chat);
}

Task<Result<void>> TelegramInbox::answer_press(std::string press, std::string text) {
  json::object arguments{{"callback_query_id", press}};
  if (!text.empty()) arguments["text"] = telegram::cut_text(text, press_text_max);
  const Verdict verdict = co_await bot_.call("answerCallbackQuery", std::move(arguments), options_.call_limit);
  co_return outcome_of(verdict);
}

// For the person's chat alone: to others she shows nothing.
Task<Result<void>> TelegramInbox::set_menu(std::vector<MenuLine> menu) {
  json::array commands;
  for (const MenuLine& line : menu) {
    if (commands.size() == menu_max) break;
    commands.push_back(
        json::object{{"command", line.command}, {"description", telegram::cut_text(line.meaning, meaning_max)}});
  }
  json::object arguments{{"commands", std::move(commands)},
                         {"scope", json::object{{"type", "chat"}, {"chat_id", options_.chat}}}};
  const Verdict verdict = co_await bot_.call("setMyCommands", std::move(arguments), options_.call_limit);
  co_return outcome_of(verdict);
}

Task<Result<void>> TelegramInbox::probe() {
  const Result<std::vector<Heard>> heard = co_await listen(0, probe_patience);
  if (!heard) co_return std::unexpected(heard.error());
  co_return Result<void>();
}

}  // namespace malin::adapters
