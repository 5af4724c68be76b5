#include "world/telegram_port.hpp"

#include <algorithm>
#include <utility>

#include "core/ledger.hpp"

namespace malin::world {

namespace {

constexpr Duration upload_time{800};

Error error_of(const TelegramRefusal& refusal) {
  const bool is_gone = refusal.description.find("not found") != std::string::npos;
  return {is_gone ? Errc::not_found : Errc::refused, refusal.description};
}

std::vector<Buttons> rows_of(Buttons buttons) {
  std::vector<Buttons> rows;
  if (!buttons.empty()) rows.push_back(std::move(buttons));
  return rows;
}

bool is_not_modified(const TelegramRefusal& refusal) {
  return refusal.description.find("message is not modified") != std::string::npos;
}

}  // namespace

Task<Result<std::string>> TelegramPort::probe() { return wire_.carry("who am I", "", options_.call_limit, name()); }

Task<Result<MessageId>> TelegramPort::announce(std::string text, Buttons buttons) {
  return wire_.carry("announce", text, options_.call_limit, send(text, std::move(buttons)));
}

Task<Result<void>> TelegramPort::amend(MessageId message, std::string text, Buttons buttons) {
  return wire_.carry("amend", std::to_string(message), options_.call_limit,
                     edit(message, std::move(text), std::move(buttons)));
}

Task<Result<MessageId>> TelegramPort::deliver(DeliveryOrder order) {
  const std::string subject = order.media.path;
  return wire_.carry("deliver", subject, options_.upload_limit, upload(std::move(order)));
}

Task<Result<void>> TelegramPort::show_activity(MediaType type) {
  return wire_.carry("show activity", malin::to_string(type), options_.call_limit, act(type));
}

Duration TelegramPort::silence() const { return std::max(Duration::zero(), silent_until_ - wire_.clock().now()); }

// unreachable: Telegram is down, or wants silence.
Result<void> TelegramPort::admit() {
  if (faults_.find("telegram.down") != nullptr) return fail(Errc::unreachable, "Telegram: no route to host");
  const auto flood = faults_.fires("telegram.flood");
  if (!flood) return {};
  silent_until_ = wire_.clock().now() + Duration{static_cast<std::int64_t>(flood->amount * 1000)};
  return fail(Errc::unreachable, "Too Many Requests: retry later");
}

Task<Result<std::string>> TelegramPort::name() {
  const Result<void> admitted = admit();
  if (!admitted) co_return std::unexpected(admitted.error());
  co_return "@" + telegram_.options().bot_username;
}

Task<Result<MessageId>> TelegramPort::send(std::string text, Buttons buttons) {
  const Result<void> admitted = admit();
  if (!admitted) co_return std::unexpected(admitted.error());
  TelegramMessage message;
  message.text = std::move(text);
  message.keyboard = rows_of(std::move(buttons));
  const auto sent = telegram_.send(chat(), std::move(message));
  if (!sent) co_return std::unexpected(error_of(sent.error()));
  co_return (*sent)->id;
}

Task<Result<void>> TelegramPort::edit(MessageId message, std::string text, Buttons buttons) {
  const Result<void> admitted = admit();
  if (!admitted) co_return std::unexpected(admitted.error());
  const auto edited = telegram_.edit_text(chat(), message, std::move(text), rows_of(std::move(buttons)));
  if (!edited && !is_not_modified(edited.error())) co_return std::unexpected(error_of(edited.error()));
  co_return Result<void>();
}

Task<Result<MessageId>> TelegramPort::upload(DeliveryOrder order) {
  const Result<void> admitted = admit();
  if (!admitted) co_return std::unexpected(admitted.error());
  const auto file = spool_.find(order.media.path);
  if (file == spool_.end()) co_return fail(Errc::refused, "cannot open " + order.media.path);
  if (const auto fault = faults_.fires("telegram.refuses")) co_return fail(Errc::refused, fault->text);
  const std::string bytes = file->second;
  co_await wire_.clock().sleep_until(wire_.clock().now() + upload_time);
  TelegramFile stored;
  stored.name = order.media.path;
  stored.bytes = bytes;
  TelegramMedia media{
      .type = malin::to_string(order.media.type), .file = telegram_.store(std::move(stored)), .thumbnail = {}};
  if (order.status && options_.edits) {
    const auto edited = telegram_.edit_media(chat(), *order.status, std::move(media), order.caption);
    if (!edited && !is_not_modified(edited.error())) co_return std::unexpected(error_of(edited.error()));
    co_return *order.status;
  }
  TelegramMessage message;
  message.media = std::move(media);
  message.text = order.caption;
  const auto sent = telegram_.send(chat(), std::move(message));
  if (!sent) co_return std::unexpected(error_of(sent.error()));
  const MessageId id = (*sent)->id;
  if (order.status) static_cast<void>(telegram_.remove(chat(), *order.status));  // The adapter does not look either.
  co_return id;
}

Task<Result<void>> TelegramPort::act(MediaType type) {
  if (silence() > Duration::zero()) co_return fail(Errc::unreachable, "Telegram wants silence");
  const Result<void> admitted = admit();
  if (!admitted) co_return admitted;
  const auto acted = telegram_.act(chat(), type == MediaType::photo ? "upload_photo" : "record_video");
  if (!acted) co_return std::unexpected(error_of(acted.error()));
  co_return Result<void>();
}

}  // namespace malin::world
