#include "net/json.hpp"

#include <algorithm>
#include <cmath>

#include "core/utf8.hpp"

namespace malin::net {
namespace {

constexpr std::size_t kBytesMax = 64 << 20;
constexpr std::size_t kDepthMax = 64;

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  if (text.size() > kBytesMax) return fail(Errc::bad_reply, "JSON of over 64 MiB");
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error, json::storage_ptr(), options);
  if (error) return fail(Errc::bad_reply, "not JSON: " + error.message());
  if (!is_finite(value)) return fail(Errc::bad_reply, "not JSON: a number that is too large");
  return value;
}

bool is_finite(const json::value& value) {
  if (const auto* number = value.if_double()) return std::isfinite(*number);
  if (const auto* array = value.if_array()) return std::ranges::all_of(*array, is_finite);
  const auto* object = value.if_object();
  return !object || std::ranges::all_of(*object, [](const auto& member) { return is_finite(member.value()); });
}

std::string format_json(const json::value& value) { return clean_utf8(json::serialize(value)); }

const json::value* find(const json::value& value, std::string_view key) {
  const auto* object = value.if_object();
  return object ? object->if_contains(json::string_view(key.data(), key.size())) : nullptr;
}

std::optional<std::string> find_string(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  const auto* text = member ? member->if_string() : nullptr;
  if (!text) return std::nullopt;
  return std::string(text->data(), text->size());
}

std::string text_of(const json::value& value, std::string_view key) { return find_string(value, key).value_or(""); }

std::optional<std::int64_t> find_int(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  if (!member) return std::nullopt;
  if (const auto* number = member->if_int64()) return *number;
  const auto* real = member->if_double();  // A uint64 that did not become an int64 is too large for one.
  if (!real || std::trunc(*real) != *real || *real < -0x1p63 || *real >= 0x1p63) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::optional<double> find_double(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  if (!member) return std::nullopt;
  if (const auto* number = member->if_double()) return *number;
  if (const auto* number = member->if_int64()) return static_cast<double>(*number);
  if (const auto* number = member->if_uint64()) return static_cast<double>(*number);
  return std::nullopt;
}

std::optional<bool> find_bool(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  const auto* flag = member ? member->if_bool() : nullptr;
  if (!flag) return std::nullopt;
  return *flag;
}

const json::array* find_array(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  return member ? member->if_array() : nullptr;
}

const json::object* find_object(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  return member ? member->if_object() : nullptr;
}

}  // namespace malin::net
