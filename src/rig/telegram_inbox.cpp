#include "rig/telegram_inbox.hpp"

#include <map>
namespace malin::rig {

json::object inbox_json(const world::Telegram& telegram, TimePoint now) {
  std::map<std::string, int> copies;
  for (const world::TelegramMessage& message : telegram.messages()) {
    if (message.media && !message.deleted) ++copies[message.media->file->sha256];
  }
  json::array messages;
  for (const world::TelegramMessage& message : telegram.messages()) {
    if (message.chat != telegram.options().chat) continue;
    json::object entry{{"id", message.id},
                       {"from", message.from_person ? "person" : "bot"},
                       {"date", to_unix_ms(message.at) / 1000},
                       {"type", message.media ? message.media->type : "text"},
                       {"text", message.text},
                       {"edits", message.edits},
                       {"deleted", message.deleted},
                       {"spoiler", message.spoiler},
                       {"group", message.group},
                       {"buttons", keyboard_json(message.keyboard)["inline_keyboard"]},
                       {"media", nullptr},
                       {"deliveries", 0}};
    if (message.media) {
      const world::TelegramFile& file = *message.media->file;
      json::value thumbnail;
      if (message.media->thumbnail) thumbnail = "/media/" + message.media->thumbnail->id;
      entry["media"] = {{"id", file.id},         {"url", "/media/" + file.id}, {"sha256", file.sha256},
                        {"name", file.name},     {"bytes", file.bytes.size()}, {"mime", file.mime},
                        {"width", file.width},   {"height", file.height},      {"duration", file.duration},
                        {"thumbnail", thumbnail}};
      entry["deliveries"] = message.deleted ? 0 : copies[file.sha256];
    }
    messages.push_back(std::move(entry));
  }
  json::array presses;
  for (const world::TelegramPress& press : telegram.presses())
    presses.push_back(json::object{{"message", press.message},
                                   {"data", press.data},
                                   {"answer", press.answer ? json::value(*press.answer) : json::value(nullptr)}});
  json::array commands;
  for (const world::TelegramCommand& command : telegram.commands())
    commands.push_back(json::object{{"command", command.name}, {"description", command.description}});
  const bool acting = now < telegram.action_until();
  return {{"revision", telegram.revision()},
          {"chat", chat_json(telegram)},
          {"bot", bot_json(telegram)},
          {"activity", acting ? telegram.action() : ""},
          {"sends", telegram.sends(telegram.options().chat)},
          {"messages", std::move(messages)},
          {"presses", std::move(presses)},
          {"commands", std::move(commands)}};
}

}  // namespace malin::rig
