// The answer to getUpdates, as what was heard. Source: Bot API 10.0 (Update, Message, CallbackQuery).
#pragma once

#include <cstdint>
#include <vector>

#include "core/buttons.hpp"
#include "net/json.hpp"
#include "ports/inbox.hpp"

namespace malin::adapters::telegram {

// `chat`: the person's. bad_reply: it is no list of updates.
Result<std::vector<Heard>> parse_updates(const net::json::value& result, std::int64_t chat);

// {"inline_keyboard": [[{"text", "callback_data"}, ...]]}, one row.
net::json::object format_keyboard(const Buttons& buttons);

}  // namespace malin::adapters::telegram
