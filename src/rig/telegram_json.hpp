// Telegram's objects as the Bot API writes them.
#pragma once

#include "net/json.hpp"
#include "world/telegram.hpp"

namespace malin::rig {

namespace json = boost::json;

json::object bot_json(const world::Telegram& telegram);
json::object chat_json(const world::Telegram& telegram);
// Of any chat; only the person's has a known name.
json::object chat_json(const world::Telegram& telegram, std::int64_t chat);
// {"inline_keyboard": [[{"text", "callback_data"}, ...], ...]}
json::object keyboard_json(const std::vector<Buttons>& keyboard);
json::object message_json(const world::Telegram& telegram, const world::TelegramMessage& message);
// For getFile.
json::object file_json(const world::TelegramFile& file);
// "photos/AgAC.jpg": the way to download it.
std::string file_path(const world::TelegramFile& file);

// A smaller size of a photo has the id of the whole one with a letter after it.
std::string whole_file_id(std::string file_id);

}  // namespace malin::rig
