#include "rig/telegram_talk_methods.hpp"

#include <algorithm>

namespace malin::rig {

namespace {

constexpr std::size_t data_bytes_max = 64;
constexpr std::size_t commands_max = 100;
constexpr std::size_t command_length_max = 32;
constexpr std::size_t description_max = 256;

std::unexpected<world::TelegramRefusal> refuse(std::string description) {
  return std::unexpected(world::TelegramRefusal{400, "Bad Request: " + std::move(description)});
}

bool is_command(const std::string& name) {
  return !name.empty() && name.size() <= command_length_max &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

BotResult set_commands(world::Telegram& telegram, const BotParams& params) {
  const Result<json::value> list = net::parse_json(params.text("commands"));
  if (!list || !list->is_array()) return refuse("can't parse commands JSON object");
  if (list->as_array().size() > commands_max) return refuse("BOT_COMMANDS_TOO_MUCH");
  std::vector<world::TelegramCommand> commands;
  for (const json::value& entry : list->as_array()) {
    world::TelegramCommand command{net::find_string(entry, "command").value_or(""),
                                   net::find_string(entry, "description").value_or("")};
    if (!is_command(command.name)) return refuse("BOT_COMMAND_INVALID");
    if (command.description.empty() || command.description.size() > description_max) {
      return refuse("BOT_COMMAND_DESCRIPTION_INVALID");
    }
    commands.push_back(std::move(command));
  }
  telegram.set_commands(std::move(commands));
  return true;
}

json::array format_commands(const world::Telegram& telegram) {
  json::array list;
  for (const world::TelegramCommand& command : telegram.commands())
    list.push_back(json::object{{"command", command.name}, {"description", command.description}});
  return list;
}

BotResult answer_press(world::Telegram& telegram, const BotParams& params) {
  const auto done = telegram.answer_press(params.text("callback_query_id"), params.text("text"));
  if (!done) return std::unexpected(done.error());
  return true;
}

BotResult edit_keyboard(world::Telegram& telegram, const BotParams& params) {
  auto keyboard = parse_keyboard(params);
  if (!keyboard) return std::unexpected(keyboard.error());
  const auto edited =
      telegram.edit_keyboard(params.text("chat_id"), params.integer("message_id").value_or(0), std::move(*keyboard));
  if (!edited) return std::unexpected(edited.error());
  return message_json(telegram, **edited);
}

}  // namespace

world::TelegramResult<std::vector<Buttons>> parse_keyboard(const BotParams& params) {
  std::vector<Buttons> keyboard;
  if (!params.has("reply_markup")) return keyboard;
  const Result<json::value> markup = net::parse_json(params.text("reply_markup"));
  if (!markup || !markup->is_object()) return refuse("can't parse reply keyboard markup JSON object");
  const json::array* rows = net::find_array(*markup, "inline_keyboard");
  if (rows == nullptr) return keyboard;
  for (const json::value& row : *rows) {
    if (!row.is_array()) return refuse("can't parse inline keyboard button");
    Buttons buttons;
    for (const json::value& entry : row.as_array()) {
      Button button{net::find_string(entry, "text").value_or(""),
                    net::find_string(entry, "callback_data").value_or("")};
      if (button.text.empty()) return refuse("text buttons are unallowed in the inline keyboard");
      if (button.data.empty() || button.data.size() > data_bytes_max) return refuse("BUTTON_DATA_INVALID");
      buttons.push_back(std::move(button));
    }
    if (!buttons.empty()) keyboard.push_back(std::move(buttons));
  }
  return keyboard;
}

std::optional<BotResult> call_talk_method(world::Telegram& telegram, const std::string& method,
                                          const BotParams& params) {
  if (method == "answercallbackquery") return answer_press(telegram, params);
  if (method == "editmessagereplymarkup") return edit_keyboard(telegram, params);
  if (method == "setmycommands") return set_commands(telegram, params);
  if (method == "getmycommands") return format_commands(telegram);
  if (method == "setwebhook" || method == "deletewebhook") {
    telegram.set_webhook(method == "setwebhook" ? params.text("url") : "");
    return json::value(true);
  }
  if (method == "getwebhookinfo") {
    return json::object{{"url", telegram.webhook()}, {"has_custom_certificate", false}, {"pending_update_count", 0}};
  }
  return std::nullopt;
}

}  // namespace malin::rig
