#include "world/telegram.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

namespace malin::world {

namespace {

constexpr Duration action_shows{5000};
constexpr std::size_t caption_max = 1024;
constexpr std::size_t text_max = 4096;
constexpr std::array actions = {"typing",          "upload_photo",      "record_video",     "upload_video",
                                "record_voice",    "upload_voice",      "find_location",    "choose_sticker",
                                "upload_document", "record_video_note", "upload_video_note"};

std::unexpected<TelegramRefusal> refuse(int code, std::string description) {
  return std::unexpected(TelegramRefusal{code, std::move(description)});
}

// In code points, which is near enough to Telegram's UTF-16 units.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool same_media(const std::optional<TelegramMedia>& a, const TelegramMedia& b) {
  return a && a->type == b.type && a->file->bytes == b.file->bytes;
}

}  // namespace

Telegram::Telegram(Clock& clock, TelegramOptions options) : clock_(clock), options_(std::move(options)) {}

void Telegram::changed() {
  ++revision_;
  if (on_change) on_change();
}

TelegramResult<void> Telegram::admit(const std::string& chat) const {
  if (chat.empty()) return refuse(400, "Bad Request: chat_id is empty");
  const auto is_known = [&](const TelegramMessage& message) { return chat == fmt::format("{}", message.chat); };
  if (chat != fmt::format("{}", options_.chat) && std::ranges::none_of(messages_, is_known)) {
    return refuse(400, "Bad Request: chat not found");
  }
  if (blocked_) return refuse(403, "Forbidden: bot was blocked by the user");
  return {};
}

TelegramResult<TelegramMessage*> Telegram::find(const std::string& chat, std::int64_t message) {
  if (const TelegramResult<void> ok = admit(chat); !ok) return std::unexpected(ok.error());
  const auto found = std::ranges::find(messages_, message, &TelegramMessage::id);
  if (found == messages_.end() || found->deleted) return refuse(400, "Bad Request: message to edit not found");
  if (found->from_person) return refuse(400, "Bad Request: message can't be edited");
  return &*found;
}

std::int64_t Telegram::say(std::string text) { return say_as(options_.chat, std::move(text)); }

std::int64_t Telegram::say_as(std::int64_t chat, std::string text) {
  TelegramMessage message;
  message.id = next_message_++;
  message.chat = chat;
  message.from_person = true;
  message.at = clock_.now();
  message.text = std::move(text);
  messages_.push_back(std::move(message));
  updates_.push_back({next_update_++, messages_.back().id});
  changed();
  return messages_.back().id;
}

Result<void> Telegram::press(std::int64_t id, const std::string& data) {
  const TelegramMessage* pressed = message(id);
  const bool has_button = pressed != nullptr && std::ranges::any_of(pressed->keyboard, [&](const Buttons& row) {
                            return std::ranges::find(row, data, &Button::data) != row.end();
                          });
  if (!has_button) return fail(Errc::not_found, fmt::format("message {} shows no such button", id));
  presses_.push_back({fmt::format("{}", 4'382'000'000 + presses_.size()), id, data, std::nullopt});
  updates_.push_back({next_update_++, id, presses_.back().id});
  changed();
  return {};
}

TelegramResult<void> Telegram::answer_press(const std::string& id, std::string text) {
  const auto found = std::ranges::find(presses_, id, &TelegramPress::id);
  if (found == presses_.end()) {
    return refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid");
  }
  found->answer = std::move(text);
  changed();
  return {};
}

void Telegram::set_commands(std::vector<TelegramCommand> commands) {
  commands_ = std::move(commands);
  changed();
}

void Telegram::set_webhook(std::string url) { webhook_ = std::move(url); }

TelegramResult<const TelegramMessage*> Telegram::send(const std::string& chat, TelegramMessage message) {
  if (const TelegramResult<void> ok = admit(chat); !ok) return std::unexpected(ok.error());
  if (!message.media && message.text.empty()) return refuse(400, "Bad Request: message text is empty");
  if (length(message.text) > (message.media ? caption_max : text_max)) {
    return refuse(400, message.media ? "Bad Request: message caption is too long" : "Bad Request: message is too long");
  }
  message.id = next_message_++;
  message.chat = std::strtoll(chat.c_str(), nullptr, 10);
  message.at = clock_.now();
  ++sends_[message.chat];
  messages_.push_back(std::move(message));
  action_.clear();
  changed();
  return &messages_.back();
}

TelegramResult<const TelegramMessage*> Telegram::edit_text(const std::string& chat, std::int64_t id, std::string text,
                                                           std::vector<Buttons> keyboard) {
  const TelegramResult<TelegramMessage*> found = find(chat, id);
  if (!found) return std::unexpected(found.error());
  TelegramMessage& message = **found;
  if (text.empty()) return refuse(400, "Bad Request: message text is empty");
  if (length(text) > text_max) return refuse(400, "Bad Request: message is too long");
  if (message.media) return refuse(400, "Bad Request: there is no text in the message to edit");
  if (message.text == text && message.keyboard == keyboard) {
    return refuse(400,
                  "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                  "the same as a current content and reply markup of the message");
  }
  message.text = std::move(text);
  message.keyboard = std::move(keyboard);
  message.edited_at = clock_.now();
  ++message.edits;
  changed();
  return &message;
}

TelegramResult<const TelegramMessage*> Telegram::edit_caption(const std::string& chat, std::int64_t id,
                                                              std::string text) {
  const TelegramResult<TelegramMessage*> found = find(chat, id);
  if (!found) return std::unexpected(found.error());
  TelegramMessage& message = **found;
  if (!message.media) return refuse(400, "Bad Request: there is no caption in the message to edit");
  return edit_media(chat, id, *message.media, std::move(text));
}

TelegramResult<const TelegramMessage*> Telegram::edit_keyboard(const std::string& chat, std::int64_t id,
                                                               std::vector<Buttons> keyboard) {
  const TelegramResult<TelegramMessage*> found = find(chat, id);
  if (!found) return std::unexpected(found.error());
  TelegramMessage& message = **found;
  if (message.media) return edit_media(chat, id, *message.media, message.text, std::move(keyboard));
  return edit_text(chat, id, message.text, std::move(keyboard));
}

TelegramResult<const TelegramMessage*> Telegram::edit_media(const std::string& chat, std::int64_t id,
                                                            TelegramMedia media, std::string caption,
                                                            std::vector<Buttons> keyboard) {
  const TelegramResult<TelegramMessage*> found = find(chat, id);
  if (!found) return std::unexpected(found.error());
  TelegramMessage& message = **found;
  if (length(caption) > caption_max) return refuse(400, "Bad Request: message caption is too long");
  if (same_media(message.media, media) && message.text == caption && message.keyboard == keyboard) {
    return refuse(400,
                  "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                  "the same as a current content and reply markup of the message");
  }
  message.media = std::move(media);
  message.text = std::move(caption);
  message.keyboard = std::move(keyboard);
  message.edited_at = clock_.now();
  ++message.edits;
  changed();
  return &message;
}

TelegramResult<void> Telegram::remove(const std::string& chat, std::int64_t id) {
  if (const TelegramResult<void> ok = admit(chat); !ok) return std::unexpected(ok.error());
  const auto found = std::ranges::find(messages_, id, &TelegramMessage::id);
  if (found == messages_.end() || found->deleted) return refuse(400, "Bad Request: message to delete not found");
  if (clock_.now() - found->at > std::chrono::hours{48}) return refuse(400, "Bad Request: message can't be deleted");
  found->deleted = true;
  changed();
  return {};
}

TelegramResult<void> Telegram::act(const std::string& chat, const std::string& action) {
  if (const TelegramResult<void> ok = admit(chat); !ok) return std::unexpected(ok.error());
  if (std::ranges::find(actions, action) == actions.end()) {
    return refuse(400, "Bad Request: wrong parameter action in request");
  }
  action_ = action;
  action_until_ = clock_.now() + action_shows;
  changed();
  return {};
}

std::vector<TelegramUpdate> Telegram::updates(std::int64_t offset, std::size_t limit) {
  std::erase_if(updates_, [&](const TelegramUpdate& update) { return update.id < offset; });
  const auto count = static_cast<std::ptrdiff_t>(std::min(limit, updates_.size()));
  return {updates_.begin(), updates_.begin() + count};
}

std::shared_ptr<const TelegramFile> Telegram::store(TelegramFile file) {
  file.id = fmt::format("AgACAgIAAxkDAAI{:08x}", next_file_);
  file.unique = fmt::format("AQAD{:08x}", next_file_++);
  const auto stored = std::make_shared<const TelegramFile>(std::move(file));
  files_[stored->id] = stored;
  return stored;
}

std::shared_ptr<const TelegramFile> Telegram::file(const std::string& id) const {
  const auto found = files_.find(id);
  return found == files_.end() ? nullptr : found->second;
}

const TelegramMessage* Telegram::message(std::int64_t id) const {
  const auto found = std::ranges::find(messages_, id, &TelegramMessage::id);
  return found == messages_.end() ? nullptr : &*found;
}

int Telegram::sends(std::int64_t chat) const {
  const auto found = sends_.find(chat);
  return found == sends_.end() ? 0 : found->second;
}

}  // namespace malin::world
