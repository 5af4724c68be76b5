// The Bot API's methods on the simulated Telegram. getUpdates is not among them: it waits.
#pragma once

#include "rig/telegram_json.hpp"
#include "rig/telegram_request.hpp"

namespace malin::rig {

using BotResult = world::TelegramResult<json::value>;

// `method` in lower case. nullopt: no such method.
std::optional<BotResult> call_method(world::Telegram& telegram, const std::string& method, const BotParams& params);

json::array updates_json(const world::Telegram& telegram, const std::vector<world::TelegramUpdate>& updates);

}  // namespace malin::rig
