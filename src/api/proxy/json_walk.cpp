#include "api/proxy/json_walk.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/ascii.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t depth_max = 128;
constexpr std::size_t usual_depth = 8;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Walker {
 public:
  Walker(std::string_view text, const OnScalar& on_scalar) : text_(text), on_scalar_(on_scalar) {
    path_.reserve(usual_depth);
  }

  // Iterative, so that depth costs no stack.
  bool walk() {
    bool expects_value = true;
    for (;;) {
      skip_blanks();
      if (at_ >= text_.size()) return false;
      if (expects_value) {
        if (!take_value(expects_value)) return false;
      } else if (path_.empty()) {
        return false;  // More than one value.
      } else if (!take_separator(expects_value)) {
        return false;
      }
      if (path_.empty() && !expects_value) {
        skip_blanks();
        return at_ == text_.size();
      }
    }
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  bool take_value(bool& expects_value) {
    const char c = text_[at_];
    if (c == '{' || c == '[') return open(expects_value);
    JsonScalar scalar;
    if (c == '"') {
      if (!take_string(scalar)) return false;
    } else if (!take_word(scalar)) {
      return false;
    }
    on_scalar_(path_, scalar);
    expects_value = false;
    return true;
  }

  bool open(bool& expects_value) {
    const bool is_object = text_[at_++] == '{';
    if (path_.size() >= depth_max) return false;
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == (is_object ? '}' : ']')) {
      ++at_;
      expects_value = false;
      return true;
    }
    path_.push_back({});
    expects_value = true;
    if (!is_object) {
      path_.back().index = 0;
      return true;
    }
    return take_key();
  }

  // After a value: the next one, or the end of what it stands in.
  bool take_separator(bool& expects_value) {
    const bool in_array = path_.back().index >= 0;
    const char c = text_[at_++];
    if (c == ',') {
      expects_value = true;
      if (!in_array) return take_key();
      ++path_.back().index;
      return true;
    }
    path_.pop_back();
    return c == (in_array ? ']' : '}');
  }

  bool take_key() {
    skip_blanks();
    JsonScalar key;
    if (at_ >= text_.size() || text_[at_] != '"' || !take_string(key)) return false;
    path_.back().key = text_.substr(key.begin, key.end - key.begin);
    skip_blanks();
    return at_ < text_.size() && text_[at_++] == ':';
  }

  bool take_string(JsonScalar& scalar) {
    scalar.is_string = true;
    scalar.begin = ++at_;
    while (at_ < text_.size()) {
      const auto* quote = static_cast<const char*>(std::memchr(text_.data() + at_, '"', text_.size() - at_));
      if (quote == nullptr) return false;
      scalar.end = static_cast<std::size_t>(quote - text_.data());
      std::size_t slashes = 0;
      while (scalar.end - slashes > scalar.begin && text_[scalar.end - slashes - 1] == '\\') ++slashes;
      at_ = scalar.end + 1;
      if (slashes % 2 == 0) return true;
    }
    return false;
  }

  bool take_word(JsonScalar& scalar) {
    scalar.begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) && std::strchr(",]}{[:\"", text_[at_]) == nullptr) ++at_;
    scalar.end = at_;
    return scalar.end > scalar.begin;
  }

  std::string_view text_;
  const OnScalar& on_scalar_;
  std::size_t at_ = 0;
  JsonPath path_;
};

// The four digits after "\u"; -1: they are not.
int read_unit(std::string_view raw, std::size_t at) {
  if (at + 4 > raw.size()) return -1;
  int unit = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = hex_value(raw[at + i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

void append_utf8(std::uint32_t point, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

// The escape whose letter stands at raw[at]; returns where it ends.
std::size_t append_escape(std::string_view raw, std::size_t at, std::string& out) {
  constexpr std::string_view letters = "nrtbf";
  constexpr std::string_view meanings = "\n\r\t\b\f";
  if (raw[at] != 'u') {
    const auto known = letters.find(raw[at]);
    out += known == std::string_view::npos ? raw[at] : meanings[known];
    return at + 1;
  }
  const int unit = read_unit(raw, at + 1);
  if (unit < 0) {
    out += 'u';
    return at + 1;
  }
  const bool is_high = unit >= 0xd800 && unit < 0xdc00;
  if (is_high && raw.substr(at + 5, 2) == "\\u") {
    const int low = read_unit(raw, at + 7);
    if (low >= 0xdc00 && low < 0xe000) {
      append_utf8(
          0x10000 + (static_cast<std::uint32_t>(unit - 0xd800) << 10) + static_cast<std::uint32_t>(low - 0xdc00), out);
      return at + 11;
    }
  }
  append_utf8(static_cast<std::uint32_t>(unit), out);
  return at + 5;
}

bool is_half_of_a_pair(std::string_view bytes) {
  return bytes.size() == 3 && bytes[0] == '\xed' && static_cast<unsigned char>(bytes[1]) >= 0xa0 &&
         static_cast<unsigned char>(bytes[1]) < 0xc0 && (static_cast<unsigned char>(bytes[2]) & 0xc0U) == 0x80;
}

}  // namespace

bool walk_json(std::string_view text, const OnScalar& on_scalar) { return Walker(text, on_scalar).walk(); }

bool is_path(const JsonPath& path, std::initializer_list<std::string_view> names) {
  if (path.size() != names.size()) return false;
  std::size_t i = 0;
  for (const std::string_view name : names) {
    const JsonStep& step = path[i++];
    const bool is_same = name == "*" ? step.index >= 0 : step.index < 0 && step.key == name;
    if (!is_same) return false;
  }
  return true;
}

std::string unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  std::size_t at = 0;
  while (at < raw.size()) {
    const auto slash = std::min(raw.find('\\', at), raw.size());
    out.append(raw.substr(at, slash - at));
    if (slash + 1 >= raw.size()) break;
    at = append_escape(raw, slash + 1, out);
  }
  return out;
}

std::string escape(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto put_unit = [&](unsigned unit) {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 15U];
    };
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20) {
      put_unit(c);
    } else if (is_half_of_a_pair(text.substr(i, 3))) {
      // Valid JSON only as an escape.
      put_unit(0xd000U | (static_cast<unsigned char>(text[i + 1]) & 0x3fU) << 6 |
               (static_cast<unsigned char>(text[i + 2]) & 0x3fU));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace malin::api::proxy
