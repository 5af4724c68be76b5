#include "rig/comfyui_text.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace malin::rig {

namespace json = boost::json;

namespace {

std::string number_text(double number) {
  std::string text = fmt::format("{}", number);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

// The code point at `i`, moving `i` past it. Broken UTF-8 cannot come here: the JSON parser refuses it.
std::uint32_t next_code_point(std::string_view text, std::size_t& i) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at])); };
  const std::uint32_t first = byte(i++);
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  std::uint32_t point = more == 0 ? first : first & (0x3fU >> more);
  for (int n = 0; n < more && i < text.size(); ++n) point = point << 6 | (byte(i++) & 0x3f);
  return point;
}

void dump_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t point = next_code_point(text, i);
    switch (point) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (point >= 0x10000) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xd800 + ((point - 0x10000) >> 10),
                         0xdc00 + ((point - 0x10000) & 0x3ff));
        } else if (point < 0x20 || point >= 0x7f) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
        } else {
          out += static_cast<char>(point);
        }
    }
  }
  out += '"';
}

void dump(std::string& out, const json::value& value) {
  const char* separator = "";
  switch (value.kind()) {
    case json::kind::object:
      out += '{';
      for (const auto& [key, member] : value.get_object()) {
        out += separator;
        dump_string(out, key);
        out += ": ";
        dump(out, member);
        separator = ", ";
      }
      out += '}';
      return;
    case json::kind::array:
      out += '[';
      for (const json::value& element : value.get_array()) {
        out += separator;
        dump(out, element);
        separator = ", ";
      }
      out += ']';
      return;
    case json::kind::string:
      dump_string(out, value.get_string());
      return;
    case json::kind::double_:
      out += number_text(value.get_double());
      return;
    case json::kind::int64:
      out += fmt::format("{}", value.get_int64());
      return;
    case json::kind::uint64:
      out += fmt::format("{}", value.get_uint64());
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::null:
      out += "null";
      return;
  }
}

}  // namespace

std::string dump_json(const json::value& value) {
  std::string out;
  dump(out, value);
  return out;
}

std::string python_repr(const json::value& value) {
  if (value.is_string()) {
    const std::string text(value.get_string());
    const char quote = text.contains('\'') && !text.contains('"') ? '"' : '\'';
    return quote + text + quote;
  }
  return python_str(value);
}

std::string python_str(const json::value& value) {
  const char* separator = "";
  std::string out;
  switch (value.kind()) {
    case json::kind::string:
      return std::string(value.get_string());
    case json::kind::null:
      return "None";
    case json::kind::bool_:
      return value.get_bool() ? "True" : "False";
    case json::kind::array:
      for (const json::value& element : value.get_array()) {
        out += separator + python_repr(element);
        separator = ", ";
      }
      return "[" + out + "]";
    case json::kind::object:
      for (const auto& [key, member] : value.get_object()) {
        out += separator + python_repr(json::string(key)) + ": " + python_repr(member);
        separator = ", ";
      }
      return "{" + out + "}";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return dump_json(value);
  }
  return out;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace malin::rig
