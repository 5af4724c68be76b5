#include "adapters/telegram/telegram.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/telegram/updates.hpp"

namespace malin::adapters {

namespace asio = boost::asio;
using telegram::Upload;
using telegram::UploadPlan;
using telegram::Verdict;

namespace {

Task<Result<Upload>> compose(UploadPlan plan) { co_return telegram::compose_upload(plan); }

// The id of the message in a result; bad_reply: none.
Result<MessageId> message_id_of(const Verdict& verdict) {
  if (verdict.error) return std::unexpected(*verdict.error);
  const std::optional<std::int64_t> id = net::find_int(*verdict.result, "message_id");
  if (!id) return fail(Errc::bad_reply, "Telegram's answer names no message");
  return *id;
}

const char* activity_name(MediaType type) {
  switch (type) {
    case MediaType::photo:
      return "upload_photo";
    case MediaType::video:
      return "record_video";
    case MediaType::document:
      return "upload_document";
  }
  return "typing";
}

}  // namespace

Result<std::unique_ptr<Telegram>> Telegram::make(asio::any_io_executor executor, TelegramOptions options) {
  Result<net::Url> root = telegram::parse_root(options.api_root, options.token);
  if (!root) return std::unexpected(root.error());
  return std::unique_ptr<Telegram>(new Telegram(std::move(executor), std::move(*root), std::move(options)));
}

Telegram::Telegram(asio::any_io_executor executor, net::Url api_root, TelegramOptions options)
    : options_(std::move(options)), bot_(std::move(executor), std::move(api_root), options_.token) {}

Task<Verdict> Telegram::call(std::string method, net::json::object arguments) {
  return bot_.call(std::move(method), std::move(arguments), options_.call_limit);
}

Task<Result<std::string>> Telegram::probe() {
  net::json::object arguments;
  const Verdict verdict = co_await call("getMe", std::move(arguments));
  if (verdict.error) co_return std::unexpected(*verdict.error);
  const std::optional<std::string> name = net::find_string(*verdict.result, "username");
  if (!name) co_return fail(Errc::bad_reply, "getMe: the answer names no bot");
  co_return "@" + *name;
}

Task<Result<MessageId>> Telegram::announce(std::string text, Buttons buttons) {
  net::json::object arguments;
  arguments["chat_id"] = options_.chat_id;
  arguments["text"] = telegram::cut_text(text, telegram::kTextMax);
  if (!buttons.empty()) arguments["reply_markup"] = telegram::format_keyboard(buttons);
  const Verdict verdict = co_await call("sendMessage", std::move(arguments));
  co_return message_id_of(verdict);
}

Task<Result<void>> Telegram::amend(MessageId message, std::string text, Buttons buttons) {
  net::json::object arguments;
  arguments["chat_id"] = options_.chat_id;
  arguments["message_id"] = message;
  arguments["text"] = telegram::cut_text(text, telegram::kTextMax);
  if (!buttons.empty()) arguments["reply_markup"] = telegram::format_keyboard(buttons);
  const Verdict verdict = co_await call("editMessageText", std::move(arguments));
  if (verdict.error && !verdict.not_modified) co_return std::unexpected(*verdict.error);
  co_return Result<void>();
}

Task<Result<Verdict>> Telegram::upload(UploadPlan plan) {
  for (;;) {
    Task<Result<Upload>> composing = compose(plan);
    Result<Upload> upload =
        co_await asio::co_spawn(file_reader_.get_executor(), std::move(composing), asio::use_awaitable);
    if (!upload) co_return std::unexpected(upload.error());
    Verdict verdict = co_await bot_.post(std::move(upload->method), std::move(upload->content_type),
                                         std::move(upload->body), options_.upload_limit);
    if (verdict.too_large) co_return std::unexpected(telegram::too_large_error(plan.size_max, plan.order.media.path));
    if (!verdict.photo_unfit || upload->as_document) co_return verdict;
    plan.as_document = true;
  }
}

Task<Result<MessageId>> Telegram::deliver(DeliveryOrder order) {
  const std::optional<MessageId> status = order.status;
  UploadPlan plan;
  plan.order = std::move(order);
  plan.chat_id = options_.chat_id;
  plan.edit = status && !options_.notify_again;
  plan.size_max = options_.size_max;
  const bool edit = plan.edit;

  const Result<Verdict> verdict = co_await upload(std::move(plan));
  if (!verdict) co_return std::unexpected(verdict.error());
  if (edit) {
    if (verdict->error && !verdict->not_modified) co_return std::unexpected(*verdict->error);
    co_return *status;
  }
  const Result<MessageId> sent = message_id_of(*verdict);
  if (sent && status) co_await remove(*status);
  co_return sent;
}

// What was promised has arrived; a status line that stays is not worth an error.
Task<void> Telegram::remove(MessageId message) {
  net::json::object arguments;
  arguments["chat_id"] = options_.chat_id;
  arguments["message_id"] = message;
  [[maybe_unused]] const Verdict verdict = co_await call("deleteMessage", std::move(arguments));
}

Task<Result<void>> Telegram::show_activity(MediaType type) {
  if (silence() > Duration::zero()) co_return fail(Errc::unreachable, "sendChatAction: Telegram wants silence");
  net::json::object arguments;
  arguments["chat_id"] = options_.chat_id;
  arguments["action"] = activity_name(type);
  const Verdict verdict = co_await call("sendChatAction", std::move(arguments));
  if (verdict.error) co_return std::unexpected(*verdict.error);
  co_return Result<void>();
}

}  // namespace malin::adapters
