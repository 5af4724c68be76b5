// The Bot API's words, as pure functions: what an answer means, and texts within Telegram's limits.
// Sources: Bot API 10.0 and tdlib/telegram-bot-api at 01a3679c.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "net/http.hpp"
#include "net/json.hpp"

namespace malin::adapters::telegram {

inline constexpr std::size_t kTextMax = 4096;     // Of a message, in characters.
inline constexpr std::size_t kCaptionMax = 1024;  // Of a picture, in characters.

// What an answer says. Exactly one of `result` and `error` is set.
struct Verdict {
  std::optional<net::json::value> result;
  std::optional<Error> error;
  bool not_modified = false;           // With error: the edit changes nothing, so what was wanted is there.
  bool photo_unfit = false;            // With error: not as a photo, but perhaps as a document.
  bool too_large = false;              // With error.
  std::optional<Duration> wait_first;  // With error: how long to be silent.
};

// unreachable: try later (429, server trouble). refused: it needs a person; the message says what to do.
// not_found: the message to change is gone. timeout: a gateway gave up, it may have happened. bad_reply: not the Bot
// API.
Verdict judge_answer(const net::HttpResponse& answer);

// At most `limit` characters, counted as Telegram does (in UTF-16 units), ending with an ellipsis when cut. Bytes that
// are not UTF-8, which Telegram refuses, become U+FFFD.
std::string cut_text(std::string_view text, std::size_t limit);

// `text` with every trace of the token taken out.
std::string scrub(std::string text, std::string_view token);

// Whether it can be put in a path as it is: digits, letters, ':', '_' and '-'.
bool is_token(std::string_view text);

}  // namespace malin::adapters::telegram
