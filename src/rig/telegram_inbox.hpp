// The inbox: the chat as the person sees it, as a page for a browser and as JSON for tests.
#pragma once

#include <string_view>

#include "rig/telegram_json.hpp"

namespace malin::rig {

// The whole page: HTML, styles and script, nothing from elsewhere.
std::string_view inbox_page();

// {"revision", "chat", "bot", "activity", "sends", "messages": [{"id", "from", "date", "type", "text", "edits",
// "deleted", "spoiler", "group", "buttons", "media", "deliveries"}], "presses": [{"message", "data", "answer"}],
// "commands": [{"command", "description"}]}. `deliveries`: how many messages not deleted show the very
// same bytes. `media`: {"id", "url", "sha256", "bytes", "mime", "width", "height", "duration", "thumbnail"}.
json::object inbox_json(const world::Telegram& telegram, TimePoint now);

}  // namespace malin::rig
