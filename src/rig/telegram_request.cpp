#include "rig/telegram_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "net/url.hpp"

namespace malin::rig {

namespace json = boost::json;

namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

int big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  unsigned value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte_at(bytes, at + i);
  return static_cast<int>(value);
}

std::optional<PixelSize> jpeg_size(std::string_view bytes) {
  for (std::size_t at = 2; at + 9 < bytes.size();) {
    if (byte_at(bytes, at) != 0xff) return std::nullopt;
    const unsigned marker = byte_at(bytes, at + 1);
    const bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (frame) return PixelSize{big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2)};
    at += 2 + static_cast<std::size_t>(big_endian(bytes, at + 2, 2));
  }
  return std::nullopt;
}

std::string form_decode(std::string text) {
  std::ranges::replace(text, '+', ' ');
  return net::percent_decode(text).value_or(text);
}

}  // namespace

void BotParams::add_json(const json::object& object) {
  for (const auto& [name, value] : object) {
    if (value.is_null()) continue;
    fields_[std::string(name)] = value.is_string() ? std::string(value.as_string()) : json::serialize(value);
  }
}

void BotParams::add_form(std::string_view form) {
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(form.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(pair.size(), equals + 1));
    fields_[form_decode(std::string(pair.substr(0, equals)))] = form_decode(std::string(value));
  }
}

Result<BotParams> BotParams::parse(const net::HttpRequest& request) {
  BotParams params;
  if (const std::size_t query = request.target.find('?'); query != std::string::npos) {
    params.add_form(std::string_view(request.target).substr(query + 1));
  }
  const std::string_view type = request.headers.get("Content-Type");
  if (request.body.empty()) return params;
  if (type.starts_with("application/json")) {
    const Result<json::value> body = net::parse_json(request.body);
    if (!body || !body->is_object()) return fail(Errc::bad_reply, "Bad Request: can't parse JSON encoded body");
    params.add_json(body->as_object());
  } else if (type.starts_with("multipart/form-data")) {
    Result<std::vector<net::Part>> parts = net::parse_multipart(type, request.body);
    if (!parts) return std::unexpected(parts.error());
    for (net::Part& part : *parts) {
      if (part.filename.empty()) {
        params.fields_[part.name] = std::move(part.data);
      } else {
        params.uploads_.push_back(std::move(part));
      }
    }
  } else {
    params.add_form(request.body);
  }
  return params;
}

std::string BotParams::text(std::string_view name) const {
  const auto found = fields_.find(name);
  return found == fields_.end() ? "" : found->second;
}

std::optional<std::int64_t> BotParams::integer(std::string_view name) const {
  const std::string value = text(name);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || error != std::errc()) return std::nullopt;
  return number;
}

bool BotParams::flag(std::string_view name) const {
  const std::string value = text(name);
  return value == "true" || value == "True" || value == "1" || value == "yes";
}

bool BotParams::has(std::string_view name) const { return fields_.contains(name) || upload(name); }

const net::Part* BotParams::upload(std::string_view name) const {
  const auto found = std::ranges::find(uploads_, name, &net::Part::name);
  return found == uploads_.end() ? nullptr : &*found;
}

std::optional<PixelSize> image_size(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n") && bytes.size() >= 24) {
    return PixelSize{big_endian(bytes, 16, 4), big_endian(bytes, 20, 4)};
  }
  if (bytes.starts_with("\xff\xd8")) return jpeg_size(bytes);
  return std::nullopt;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace malin::rig
