#include "control/log_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace malin::control {

namespace {

// U+0000 to U+001F, and U+007F to U+009F.
bool is_control(std::string_view character) {
  const auto byte = [character](std::size_t at) { return static_cast<unsigned char>(character[at]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  return character.size() == 2 && byte(0) == 0xC2 && byte(1) < 0xA0;
}

std::string escape(std::string_view character) {
  if (character == "\n") return "\\n";
  if (character == "\t") return "\\t";
  if (character == "\"" || character == "\\") return "\\" + std::string(character);
  if (is_control(character)) return fmt::format("\\u{:04x}", static_cast<unsigned char>(character.back()));
  return std::string(character);
}

// A string as JSON has it, which logfmt takes as well.
std::string quote(std::string_view text) {
  const std::string clean = clean_utf8(text);
  std::string quoted = "\"";
  for (std::string_view rest = clean; !rest.empty();) {
    const std::string_view character = rest.substr(0, character_length(rest));
    quoted += escape(character);
    rest.remove_prefix(character.size());
  }
  return quoted + "\"";
}

bool needs_quotes(std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\'; };
  return text.empty() || !std::ranges::all_of(text, is_plain);
}

std::string format_value(LogFormat format, const LogField& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
  const auto& text = std::get<std::string>(field.value);
  return format == LogFormat::json || needs_quotes(text) ? quote(text) : text;
}

}  // namespace

std::string format_line(LogFormat format, const LogFields& fields) {
  const bool is_json = format == LogFormat::json;
  std::string line;
  for (const LogField& field : fields) {
    if (!line.empty()) line += is_json ? "," : " ";
    line += is_json ? quote(field.name) + ":" : std::string(field.name) + "=";
    line += format_value(format, field);
  }
  return is_json ? "{" + line + "}" : line;
}

}  // namespace malin::control
