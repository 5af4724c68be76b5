// The Bot API's methods that are about what the person says and presses: commands, buttons, the webhook.
#pragma once

#include "rig/telegram_methods.hpp"

namespace malin::rig {

// The inline keyboard of a call; empty: it names none. 400: it cannot be read.
world::TelegramResult<std::vector<Buttons>> parse_keyboard(const BotParams& params);

// `method` in lower case. nullopt: it is none of these.
std::optional<BotResult> call_talk_method(world::Telegram& telegram, const std::string& method,
                                          const BotParams& params);

}  // namespace malin::rig
