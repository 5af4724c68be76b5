// The Bot API's answers, what is heard in them and made of it, and texts that are brought within its limits.
#include <array>
#include <string>

#include "adapters/telegram/updates.hpp"
#include "adapters/telegram/wire.hpp"
#include "fuzz/fuzz.hpp"

using namespace malin;
using namespace malin::adapters::telegram;
using namespace malin::fuzzing;

namespace {

void check_answer(std::string_view text) {
  constexpr auto statuses = std::to_array<unsigned>({200, 400, 401, 403, 404, 413, 429, 500, 502, 504});
  for (const unsigned status : statuses) {
    net::HttpResponse answer;
    answer.status = status;
    answer.headers.set("Retry-After", std::string(text.substr(0, 8)));
    answer.body = text;
    const Verdict verdict = judge_answer(answer);
    require(verdict.result.has_value() != verdict.error.has_value());
    require(!verdict.error || !verdict.error->message.empty());
    require(verdict.error || !(verdict.not_modified || verdict.photo_unfit || verdict.too_large || verdict.wait_first));
    using namespace std::chrono_literals;
    require(!verdict.wait_first || (*verdict.wait_first >= 1s && *verdict.wait_first <= 1h));
  }
}

void check_updates(std::string_view text) {
  const auto answer = net::parse_json(text);
  if (!answer) return;
  const auto heard = parse_updates(*answer, 42);
  if (!heard) return;
  for (const Heard& one : *heard)
    require(one.sender == Sender::person || (one.text.empty() && one.press.empty() && one.data.empty()));
}

void check_command(std::string_view text) {
  Config config;
  config.kinds.push_back({.name = "selfie"});
  const PersonCommand command = parse_command(config, text);
  if (const auto* ask = std::get_if<AskMedia>(&command)) require(text.contains(ask->prompt));
  if (const auto press = parse_press(text)) require(press_data(*press) == text);
}

// As Telegram counts. `text` is UTF-8.
std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (const unsigned char c : text) units += c >= 0xF0 ? 2 : (c & 0xC0) == 0x80 ? 0 : 1;
  return units;
}

void check_text(std::string_view text) {
  for (const std::size_t limit : {1UL, 2UL, 7UL, kCaptionMax}) {
    const std::string cut = cut_text(text, limit);
    require(utf16_units(cut) <= limit && cut_text(cut, limit) == cut);
    std::string escaped;
    for (const char c : cut) escaped += c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    require(net::parse_json("\"" + escaped + "\"").has_value());  // It is UTF-8: nothing else passes there.
  }
}

void check_secret(std::string_view text) {
  constexpr std::string_view token = "12:aaab";
  const std::string with_token = std::string(text) + std::string(token) + std::string(text);
  require(!scrub(with_token, token).contains("aaab"));
  if (is_token(text)) require(text.find_first_of("/?#%\\ \r\n") == text.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  check_answer(text);
  check_updates(text);
  check_command(text);
  check_text(text);
  check_secret(text);
  return 0;
}
