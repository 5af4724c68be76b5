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
    json::object entry{{"id", message.id},
                       {"from", message.from_person ? "person" : "bot"},
                       {"date", to_unix_ms(message.at) / 1000},
                       {"type", message.media ? message.media->type : "text"},
                       {"text", message.text},
                       {"edits", message.edits},
                       {"deleted", message.deleted},
                       {"spoiler", message.spoiler},
                       {"group", message.group},
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
  const bool acting = now < telegram.action_until();
  return {{"revision", telegram.revision()},
          {"chat", chat_json(telegram)},
          {"bot", bot_json(telegram)},
          {"activity", acting ? telegram.action() : ""},
          {"sends", telegram.sends(telegram.options().chat)},
          {"messages", std::move(messages)}};
}

}  // namespace malin::rig
