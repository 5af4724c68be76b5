#include "adapters/telegram/updates.hpp"

#include <utility>

namespace malin::adapters::telegram {

namespace json = net::json;

namespace {

Sender sender_of(const json::value& message, std::int64_t chat) {
  const json::value* from = net::find(message, "chat");
  const auto id = from == nullptr ? std::nullopt : net::find_int(*from, "id");
  return id == chat ? Sender::person : Sender::stranger;
}

Heard parse_message(std::int64_t id, const json::value& message, std::int64_t chat) {
  Heard heard{.id = id, .sender = sender_of(message, chat)};
  if (heard.sender == Sender::person) heard.text = net::find_string(message, "text").value_or("");
  return heard;
}

// A press under a message that is too old to be shown has its chat all the same.
Heard parse_press(std::int64_t id, const json::value& query, std::int64_t chat) {
  const json::value* message = net::find(query, "message");
  Heard heard{.id = id, .sender = message == nullptr ? Sender::stranger : sender_of(*message, chat)};
  if (heard.sender != Sender::person) return heard;
  heard.press = net::find_string(query, "id").value_or("");
  heard.data = net::find_string(query, "data").value_or("");
  return heard;
}

}  // namespace

Result<std::vector<Heard>> parse_updates(const json::value& result, std::int64_t chat) {
  const json::array* updates = result.if_array();
  if (updates == nullptr) return fail(Errc::bad_reply, "getUpdates: the answer is no list");
  std::vector<Heard> all;
  for (const json::value& update : *updates) {
    const auto id = net::find_int(update, "update_id");
    if (!id) return fail(Errc::bad_reply, "getUpdates: an update has no id");
    if (const json::value* message = net::find(update, "message")) {
      all.push_back(parse_message(*id, *message, chat));
    } else if (const json::value* query = net::find(update, "callback_query")) {
      all.push_back(parse_press(*id, *query, chat));
    } else {
      all.push_back({.id = *id});
    }
  }
  return all;
}

json::object format_keyboard(const Buttons& buttons) {
  json::array row;
  for (const Button& button : buttons)
    row.push_back(json::object{{"text", button.text}, {"callback_data", button.data}});
  json::array rows;
  rows.push_back(std::move(row));
  return {{"inline_keyboard", std::move(rows)}};
}

}  // namespace malin::adapters::telegram
