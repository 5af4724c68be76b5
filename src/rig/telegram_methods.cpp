#include "rig/telegram_methods.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rig/media_reply.hpp"
#include "rig/telegram_talk_methods.hpp"

namespace malin::rig {

namespace {

using Sent = world::TelegramResult<const world::TelegramMessage*>;

constexpr std::size_t download_bytes_max = 20'000'000;
constexpr std::array media_types = {"photo", "video", "animation", "document"};

std::unexpected<world::TelegramRefusal> refuse(int code, std::string description) {
  return std::unexpected(world::TelegramRefusal{code, std::move(description)});
}

BotResult as_message(const world::Telegram& telegram, const Sent& sent) {
  if (!sent) return std::unexpected(sent.error());
  return message_json(telegram, **sent);
}

BotResult as_true(const world::TelegramResult<void>& done) {
  if (!done) return std::unexpected(done.error());
  return true;
}

// Where a media's facts come from: the call's own fields, or an InputMedia object of it.
struct MediaFields {
  const BotParams* params = nullptr;
  const json::object* object = nullptr;

  std::string text(std::string_view name) const {
    if (!object) return params->text(name);
    return net::find_string(*object, name).value_or("");
  }
  int number(std::string_view name) const {
    const std::optional<std::int64_t> value = object ? net::find_int(*object, name) : params->integer(name);
    return static_cast<int>(std::clamp<std::int64_t>(value.value_or(0), 0, 10000));
  }
};

world::TelegramResult<void> check_size(const world::Telegram& telegram, const std::string& type, std::size_t bytes) {
  if (bytes > telegram.options().file_bytes_max) return refuse(413, "Request Entity Too Large");
  if (type == "photo" && bytes > telegram.options().photo_bytes_max) {
    return refuse(400, fmt::format("Bad Request: file of size {} bytes is too big for a photo; the maximum size is "
                                   "10485760 bytes",
                                   bytes));
  }
  return {};
}

world::TelegramResult<void> measure_photo(world::TelegramFile& file) {
  const std::optional<PixelSize> size = image_size(file.bytes);
  if (!size || size->width <= 0 || size->height <= 0) return refuse(400, "Bad Request: IMAGE_PROCESS_FAILED");
  const int longer = std::max(size->width, size->height);
  const int shorter = std::min(size->width, size->height);
  if (longer + shorter > 10000 || longer > 20 * shorter) return refuse(400, "Bad Request: PHOTO_INVALID_DIMENSIONS");
  file.width = size->width;
  file.height = size->height;
  file.mime = "image/jpeg";
  return {};
}

using FileResult = world::TelegramResult<std::shared_ptr<const world::TelegramFile>>;

// `direct`: the name of the part that may hold the file itself; `reference`: attach://NAME or a file_id.
FileResult take_file(world::Telegram& telegram, const BotParams& params, const std::string& type,
                     const std::string& direct, const std::string& reference, const MediaFields& fields) {
  const net::Part* part = params.upload(direct);
  if (reference.starts_with("attach://")) part = params.upload(reference.substr(9));
  if (!part && reference.starts_with("attach://")) {
    return refuse(400, "Bad Request: wrong file identifier/HTTP URL specified");
  }
  if (!part && reference.empty()) return refuse(400, fmt::format("Bad Request: there is no {} in the request", type));
  if (!part) {
    if (reference.contains("://")) return refuse(400, "Bad Request: failed to get HTTP URL content");
    auto known = telegram.file(whole_file_id(reference));
    if (!known) return refuse(400, "Bad Request: wrong file identifier/HTTP URL specified");
    return known;
  }
  if (part->data.empty()) return refuse(400, "Bad Request: file must be non-empty");
  if (const auto fits = check_size(telegram, type, part->data.size()); !fits) return std::unexpected(fits.error());
  world::TelegramFile file;
  file.name = part->filename;
  file.bytes = part->data;
  file.sha256 = sha256_hex(file.bytes);
  file.mime = content_type_of(part->filename);
  if (type == "photo") {
    if (const auto measured = measure_photo(file); !measured) return std::unexpected(measured.error());
  } else if (type != "document") {
    file.mime = "video/mp4";
    file.width = fields.number("width");
    file.height = fields.number("height");
    file.duration = fields.number("duration");
  }
  return telegram.store(std::move(file));
}

std::shared_ptr<const world::TelegramFile> take_thumbnail(world::Telegram& telegram, const BotParams& params,
                                                          const MediaFields& fields) {
  const std::string reference = fields.text("thumbnail");
  const net::Part* part = params.upload("thumbnail");
  if (reference.starts_with("attach://")) part = params.upload(reference.substr(9));
  const std::optional<PixelSize> size = part ? image_size(part->data) : std::nullopt;
  // As the real one: a thumbnail that breaks its rules is ignored.
  if (!size || part->data.size() > 200'000 || size->width > 320 || size->height > 320) return nullptr;
  world::TelegramFile file;
  file.name = part->filename;
  file.bytes = part->data;
  file.sha256 = sha256_hex(file.bytes);
  file.mime = "image/jpeg";
  file.width = size->width;
  file.height = size->height;
  return telegram.store(std::move(file));
}

world::TelegramResult<world::TelegramMedia> take_media(world::Telegram& telegram, const BotParams& params,
                                                       const std::string& type, const std::string& direct,
                                                       const std::string& reference, const MediaFields& fields) {
  FileResult file = take_file(telegram, params, type, direct, reference, fields);
  if (!file) return std::unexpected(file.error());
  return world::TelegramMedia{type, *file, type == "photo" ? nullptr : take_thumbnail(telegram, params, fields)};
}

BotResult send_media(world::Telegram& telegram, const BotParams& params, const std::string& type) {
  MediaFields fields;
  fields.params = &params;
  const auto media = take_media(telegram, params, type, type, params.text(type), fields);
  if (!media) return std::unexpected(media.error());
  world::TelegramMessage message;
  message.text = params.text("caption");
  message.media = *media;
  message.spoiler = params.flag("has_spoiler");
  message.protected_content = params.flag("protect_content");
  auto keyboard = parse_keyboard(params);
  if (!keyboard) return std::unexpected(keyboard.error());
  message.keyboard = std::move(*keyboard);
  return as_message(telegram, telegram.send(params.text("chat_id"), std::move(message)));
}

// One InputMedia: {"type", "media": "attach://NAME" or a file_id, "caption", ...}.
world::TelegramResult<world::TelegramMessage> input_media(world::Telegram& telegram, const BotParams& params,
                                                          const json::value& value) {
  const std::string type = net::find_string(value, "type").value_or("");
  if (!value.is_object() || std::ranges::find(media_types, type) == media_types.end()) {
    return refuse(400, "Bad Request: can't parse InputMedia: type must be one of photo, video, animation, document");
  }
  MediaFields fields;
  fields.params = &params;
  fields.object = &value.as_object();
  const auto media = take_media(telegram, params, type, "", fields.text("media"), fields);
  if (!media) return std::unexpected(media.error());
  world::TelegramMessage message;
  message.text = fields.text("caption");
  message.media = *media;
  message.spoiler = net::find_bool(value, "has_spoiler").value_or(false);
  return message;
}

BotResult send_group(world::Telegram& telegram, const BotParams& params) {
  const Result<json::value> items = net::parse_json(params.text("media"));
  if (!items || !items->is_array()) return refuse(400, "Bad Request: can't parse media JSON object");
  const std::size_t count = items->as_array().size();
  if (count < 2 || count > 10) return refuse(400, "Bad Request: group of messages must contain 2-10 items");
  const std::string group = fmt::format("{}", 13'000'000'000 + telegram.revision());
  std::vector<world::TelegramMessage> messages;
  for (const json::value& item : items->as_array()) {
    auto message = input_media(telegram, params, item);
    if (!message) return std::unexpected(message.error());
    message->group = group;
    messages.push_back(std::move(*message));
  }
  json::array sent;
  for (world::TelegramMessage& message : messages) {
    BotResult one = as_message(telegram, telegram.send(params.text("chat_id"), std::move(message)));
    if (!one) return one;
    sent.push_back(std::move(*one));
  }
  return sent;
}

BotResult edit_media(world::Telegram& telegram, const BotParams& params) {
  const Result<json::value> item = net::parse_json(params.text("media"));
  if (!item) return refuse(400, "Bad Request: can't parse media JSON object");
  auto message = input_media(telegram, params, *item);
  if (!message) return std::unexpected(message.error());
  auto keyboard = parse_keyboard(params);
  if (!keyboard) return std::unexpected(keyboard.error());
  return as_message(telegram,
                    telegram.edit_media(params.text("chat_id"), params.integer("message_id").value_or(0),
                                        std::move(*message->media), std::move(message->text), std::move(*keyboard)));
}

BotResult get_file(const world::Telegram& telegram, const BotParams& params) {
  const auto file = telegram.file(whole_file_id(params.text("file_id")));
  if (!file) return refuse(400, "Bad Request: invalid file_id");
  if (file->bytes.size() > download_bytes_max) return refuse(400, "Bad Request: file is too big");
  return file_json(*file);
}

BotResult send_message(world::Telegram& telegram, const BotParams& params) {
  world::TelegramMessage message;
  message.text = params.text("text");
  message.protected_content = params.flag("protect_content");
  auto keyboard = parse_keyboard(params);
  if (!keyboard) return std::unexpected(keyboard.error());
  message.keyboard = std::move(*keyboard);
  return as_message(telegram, telegram.send(params.text("chat_id"), std::move(message)));
}

BotResult edit_text(world::Telegram& telegram, const BotParams& params) {
  auto keyboard = parse_keyboard(params);
  if (!keyboard) return std::unexpected(keyboard.error());
  return as_message(telegram, telegram.edit_text(params.text("chat_id"), params.integer("message_id").value_or(0),
                                                 params.text("text"), std::move(*keyboard)));
}

}  // namespace

std::optional<BotResult> call_method(world::Telegram& telegram, const std::string& method, const BotParams& params) {
  const std::string chat = params.text("chat_id");
  const std::int64_t message = params.integer("message_id").value_or(0);
  if (method == "getme") return bot_json(telegram);
  if (method == "getchat") return chat_json(telegram);
  if (method == "sendmessage") return send_message(telegram, params);
  if (method == "sendphoto") return send_media(telegram, params, "photo");
  if (method == "sendvideo") return send_media(telegram, params, "video");
  if (method == "sendanimation") return send_media(telegram, params, "animation");
  if (method == "senddocument") return send_media(telegram, params, "document");
  if (method == "sendmediagroup") return send_group(telegram, params);
  if (method == "editmessagemedia") return edit_media(telegram, params);
  if (method == "editmessagetext") return edit_text(telegram, params);
  if (method == "editmessagecaption") {
    return as_message(telegram, telegram.edit_caption(chat, message, params.text("caption")));
  }
  if (method == "deletemessage") return as_true(telegram.remove(chat, message));
  if (method == "sendchataction") return as_true(telegram.act(chat, params.text("action")));
  if (method == "getfile") return get_file(telegram, params);
  return call_talk_method(telegram, method, params);
}

json::array updates_json(const world::Telegram& telegram, const std::vector<world::TelegramUpdate>& updates) {
  json::array all;
  for (const world::TelegramUpdate& update : updates) {
    json::object message = message_json(telegram, *telegram.message(update.message));
    if (update.press.empty()) {
      all.push_back(json::object{{"update_id", update.id}, {"message", std::move(message)}});
      continue;
    }
    const auto press = std::ranges::find(telegram.presses(), update.press, &world::TelegramPress::id);
    json::object from{
        {"id", message.at("chat").at("id")}, {"is_bot", false}, {"first_name", message.at("chat").at("first_name")}};
    json::object query{{"id", press->id},
                       {"from", std::move(from)},
                       {"message", std::move(message)},
                       {"chat_instance", "7425"},
                       {"data", press->data}};
    all.push_back(json::object{{"update_id", update.id}, {"callback_query", std::move(query)}});
  }
  return all;
}

}  // namespace malin::rig
