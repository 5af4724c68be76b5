#include "adapters/telegram/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "core/utf8.hpp"

namespace malin::adapters::telegram {

namespace {

constexpr std::chrono::seconds kWaitDefault{5};  // After a 429 that does not say.
constexpr std::int64_t kWaitMax = 3600;          // Seconds.

bool contains_any_case(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  return std::ranges::search(text, part, same).begin() != text.end();
}

template <std::size_t N>
bool contains_one_of(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return contains_any_case(text, part); });
}

constexpr std::array<std::string_view, 6> kGone{"message to edit not found", "message to delete not found",
                                                "message can't be edited",   "message can't be deleted",
                                                "MESSAGE_ID_INVALID",        "message identifier is not specified"};
constexpr std::array<std::string_view, 6> kPhotoUnfit{
    "PHOTO_INVALID_DIMENSIONS", "PHOTO_SAVE_FILE_INVALID", "IMAGE_PROCESS_FAILED",
    "PHOTO_EXT_INVALID",        "PHOTO_INVALID",           "file is too big for a photo"};

Duration wait_of(const net::HttpResponse& answer, const net::json::value* body) {
  std::optional<std::int64_t> seconds;
  if (body != nullptr) {
    if (const net::json::value* parameters = net::find(*body, "parameters")) {
      seconds = net::find_int(*parameters, "retry_after");
    }
  }
  if (!seconds) {
    const std::string_view header = answer.headers.get("Retry-After");
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(header.data(), header.data() + header.size(), number);
    if (problem == std::errc() && end == header.data() + header.size()) seconds = number;
  }
  return seconds ? std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 1, kWaitMax)) : kWaitDefault;
}

// For a code that means trouble on the way rather than an answer; nullopt: it is an answer.
std::optional<Error> trouble(std::int64_t code, const std::string& what) {
  if (code == 504) return Error{Errc::timeout, "Telegram's gateway gave up waiting (" + what + ")"};
  if (code >= 500) return Error{Errc::unreachable, "Telegram has trouble (" + what + ")"};
  return std::nullopt;
}

Verdict too_large() {
  Verdict verdict;
  verdict.too_large = true;
  verdict.error = Error{Errc::refused, "larger than Telegram takes"};
  return verdict;
}

Verdict too_many(Duration wait) {
  Verdict verdict;
  verdict.wait_first = wait;
  verdict.error =
      Error{Errc::unreachable, "too many requests; Telegram wants " + format_duration(wait) + " of silence"};
  return verdict;
}

// An answer without the Bot API's envelope: a gateway's page, or another server.
Verdict judge_page(const net::HttpResponse& answer) {
  Verdict verdict;
  const std::string what = "HTTP " + std::to_string(answer.status);
  verdict.error = trouble(answer.status, what);
  if (verdict.error) return verdict;
  if (answer.status == 413) return too_large();
  if (answer.status == 429) return too_many(wait_of(answer, nullptr));
  verdict.error = Error{Errc::bad_reply, "what answers there is not the Bot API (" + what + "): check api_root"};
  return verdict;
}

Verdict judge_refusal(const net::HttpResponse& answer, const net::json::value& body) {
  Verdict verdict;
  const std::int64_t code = net::find_int(body, "error_code").value_or(answer.status);
  const std::string words = net::find_string(body, "description").value_or("no description");
  const std::string what = std::to_string(code) + " " + words;
  const auto refused = [&what](std::string_view advice) {
    return Error{Errc::refused, "Telegram says \"" + what + "\": " + std::string(advice)};
  };
  verdict.error = trouble(code, what);
  if (verdict.error) return verdict;
  if (code == 413) return too_large();
  if (code == 429) return too_many(wait_of(answer, &body));
  const net::json::value* parameters = net::find(body, "parameters");
  const auto moved_to = parameters ? net::find_int(*parameters, "migrate_to_chat_id") : std::nullopt;
  verdict.not_modified = contains_any_case(words, "message is not modified");
  verdict.photo_unfit = contains_one_of(words, kPhotoUnfit);
  if (code == 401 || code == 404) {
    verdict.error = refused("it does not know this token; ask @BotFather for it and set it anew");
  } else if (code == 409) {
    verdict.error = refused(contains_any_case(words, "webhook")
                                ? "a webhook takes this bot's messages; delete it (deleteWebhook), give Malin a bot of "
                                  "her own, or set courier.commands = false"
                                : "another program reads this bot's messages; end it, give Malin a bot of her own, or "
                                  "set courier.commands = false");
  } else if (code == 403) {
    verdict.error = refused("the person has to open the bot's chat and press Start or unblock it");
  } else if (contains_any_case(words, "chat not found")) {
    verdict.error = refused("check chat_id, and that the person has pressed Start in the bot's chat");
  } else if (moved_to) {
    verdict.error = refused("the group has moved; set chat_id to " + std::to_string(*moved_to));
  } else if (contains_one_of(words, kGone)) {
    verdict.error = Error{Errc::not_found, "Telegram says \"" + what + "\": the message is gone or too old to change"};
  } else {
    verdict.error = Error{Errc::refused, "Telegram says \"" + what + "\""};
  }
  return verdict;
}

void replace_all(std::string& text, std::string_view part, std::string_view by) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + by.size())) {
    text.replace(at, part.size(), by);
  }
}

}  // namespace

Verdict judge_answer(const net::HttpResponse& answer) {
  const Result<net::json::value> body = net::parse_json(answer.body);
  const std::optional<bool> ok = body ? net::find_bool(*body, "ok") : std::nullopt;
  if (!ok) return judge_page(answer);
  if (!*ok) return judge_refusal(answer, *body);
  Verdict verdict;
  if (const net::json::value* result = net::find(*body, "result")) {
    verdict.result = *result;
  } else {
    verdict.error = Error{Errc::bad_reply, "Telegram's answer has no result"};
  }
  return verdict;
}

std::string cut_text(std::string_view text, std::size_t limit) {
  constexpr std::string_view kEllipsis = "\u2026";
  std::string result;
  std::size_t units = 0;
  std::size_t room_for_ellipsis = 0;  // How much of `result` can stay when an ellipsis follows.
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::size_t width = length == 4 ? 2 : 1;
    if (units + width > limit) return result.substr(0, room_for_ellipsis).append(kEllipsis);
    if (units < limit) room_for_ellipsis = result.size();
    result += length == 0 ? std::string_view("\uFFFD") : text.substr(0, length);
    units += width;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::string scrub(std::string text, std::string_view token) {
  constexpr std::string_view kHidden = "<token>";
  if (token.empty()) return text;
  replace_all(text, token, kHidden);
  const std::size_t colon = token.find(':');
  // The secret half alone, as a client that escapes ':' may leave it.
  if (colon != std::string_view::npos && token.size() - colon > 4) replace_all(text, token.substr(colon + 1), kHidden);
  return text;
}

bool is_token(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':' || c == '_' ||
           c == '-';
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}

}  // namespace malin::adapters::telegram
