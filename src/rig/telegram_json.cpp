#include "rig/telegram_json.hpp"

#include <algorithm>

namespace malin::rig {

namespace {

constexpr std::int64_t bot_id = 7425;

std::int64_t seconds(TimePoint moment) {
  return std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count();
}

json::object base_json(const world::TelegramFile& file) {
  return {{"file_id", file.id}, {"file_unique_id", file.unique}, {"file_size", file.bytes.size()}};
}

// Ascending, as Telegram lists them: s at most 90 pixels, m 320, x 800, and the photo itself last.
json::array photo_json(const world::TelegramFile& file) {
  struct Size {
    const char* letter;
    int side;
  };
  json::array sizes;
  const int longest = std::max(file.width, file.height);
  for (const Size size : {Size{"s", 90}, Size{"m", 320}, Size{"x", 800}}) {
    if (longest <= size.side) break;
    const std::int64_t width = std::max(1, file.width * size.side / longest);
    const std::int64_t height = std::max(1, file.height * size.side / longest);
    sizes.push_back(json::object{{"file_id", file.id + size.letter},
                                 {"file_unique_id", file.unique + size.letter},
                                 {"file_size", width * height / 8},
                                 {"width", width},
                                 {"height", height}});
  }
  json::object whole = base_json(file);
  whole["width"] = file.width;
  whole["height"] = file.height;
  sizes.push_back(std::move(whole));
  return sizes;
}

json::object thumbnail_json(const world::TelegramFile& file) {
  json::object thumbnail = base_json(file);
  thumbnail["width"] = file.width;
  thumbnail["height"] = file.height;
  return thumbnail;
}

json::value media_json(const world::TelegramMedia& media) {
  const world::TelegramFile& file = *media.file;
  if (media.type == "photo") return photo_json(file);
  json::object object = base_json(file);
  if (media.type != "document") {
    object["duration"] = file.duration;
    object["width"] = file.width;
    object["height"] = file.height;
  }
  if (!file.name.empty()) object["file_name"] = file.name;
  if (!file.mime.empty()) object["mime_type"] = file.mime;
  if (media.thumbnail) object["thumbnail"] = thumbnail_json(*media.thumbnail);
  return object;
}

}  // namespace

json::object bot_json(const world::Telegram& telegram) {
  return {{"id", bot_id},
          {"is_bot", true},
          {"first_name", telegram.options().bot_name},
          {"username", telegram.options().bot_username},
          {"can_join_groups", true},
          {"can_read_all_group_messages", false},
          {"supports_inline_queries", false},
          {"can_connect_to_business", false},
          {"has_main_web_app", false}};
}

json::object chat_json(const world::Telegram& telegram) {
  return {{"id", telegram.options().chat}, {"first_name", telegram.options().person}, {"type", "private"}};
}

json::object chat_json(const world::Telegram& telegram, std::int64_t chat) {
  if (chat == telegram.options().chat) return chat_json(telegram);
  return {{"id", chat}, {"first_name", "Stranger"}, {"type", "private"}};
}

json::object keyboard_json(const std::vector<Buttons>& keyboard) {
  json::array rows;
  for (const Buttons& row : keyboard) {
    json::array buttons;
    for (const Button& button : row)
      buttons.push_back(json::object{{"text", button.text}, {"callback_data", button.data}});
    rows.push_back(std::move(buttons));
  }
  return {{"inline_keyboard", std::move(rows)}};
}

json::object message_json(const world::Telegram& telegram, const world::TelegramMessage& message) {
  json::object from = message.from_person
                          ? json::object{{"id", message.chat},
                                         {"is_bot", false},
                                         {"first_name", chat_json(telegram, message.chat).at("first_name")}}
                          : json::object{{"id", bot_id},
                                         {"is_bot", true},
                                         {"first_name", telegram.options().bot_name},
                                         {"username", telegram.options().bot_username}};
  json::object object{{"message_id", message.id},
                      {"from", std::move(from)},
                      {"chat", chat_json(telegram, message.chat)},
                      {"date", seconds(message.at)}};
  if (message.edited_at) object["edit_date"] = seconds(*message.edited_at);
  if (!message.group.empty()) object["media_group_id"] = message.group;
  if (message.media) {
    object[message.media->type] = media_json(*message.media);
    // Clients of before 2018 know animations as documents only.
    if (message.media->type == "animation") object["document"] = base_json(*message.media->file);
    if (!message.text.empty()) object["caption"] = message.text;
  } else {
    object["text"] = message.text;
  }
  if (!message.keyboard.empty()) object["reply_markup"] = keyboard_json(message.keyboard);
  if (message.spoiler) object["has_media_spoiler"] = true;
  if (message.protected_content) object["has_protected_content"] = true;
  return object;
}

std::string file_path(const world::TelegramFile& file) {
  const bool video = file.mime.starts_with("video/");
  const bool photo = file.mime.starts_with("image/");
  const std::string extension = video ? ".mp4" : photo ? ".jpg" : "";
  return (video ? "videos/" : photo ? "photos/" : "documents/") + file.id + extension;
}

json::object file_json(const world::TelegramFile& file) {
  json::object object = base_json(file);
  object["file_path"] = file_path(file);
  return object;
}

std::string whole_file_id(std::string file_id) {
  if (file_id.ends_with('s') || file_id.ends_with('m') || file_id.ends_with('x')) file_id.pop_back();
  return file_id;
}

}  // namespace malin::rig
