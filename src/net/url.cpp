#include "net/url.hpp"

#include <algorithm>
#include <optional>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace malin::net {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'; }
bool is_host_char(char c) { return is_unreserved(c) || c == ':'; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<bool> is_tls(std::string_view scheme) {
  std::string lower(scheme);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  if (lower == "http" || lower == "ws") return false;
  if (lower == "https" || lower == "wss") return true;
  return std::nullopt;
}

std::string path_and_query(const boost::urls::url_view& url) {
  std::string path(url.encoded_path().data(), url.encoded_path().size());
  if (url.has_query()) {
    if (path.empty()) path = "/";
    return path + "?" + std::string(url.encoded_query().data(), url.encoded_query().size());
  }
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (parsed.has_error()) return fail(Errc::refused, "not an address: " + std::string(text));
  const boost::urls::url_view& url = *parsed;
  const auto tls = is_tls(std::string(url.scheme().data(), url.scheme().size()));
  if (!tls) return fail(Errc::refused, "not an http, https, ws or wss address: " + std::string(text));
  // The text may hold a password: it is not repeated.
  if (url.has_userinfo()) return fail(Errc::refused, "an address with user info is not supported");
  if (url.has_fragment())
    return fail(Errc::refused, "an address with a fragment is not supported: " + std::string(text));
  Url result;
  result.tls = *tls;
  result.host = url.host_address();
  if (result.host.empty() || !std::all_of(result.host.begin(), result.host.end(), is_host_char)) {
    return fail(Errc::refused, "an address without a valid host: " + std::string(text));
  }
  result.port = *tls ? 443 : 80;
  if (url.has_port() && !url.port().empty()) {
    if (url.port_number() == 0) return fail(Errc::refused, "an address without a valid port: " + std::string(text));
    result.port = url.port_number();
  }
  result.path = path_and_query(url);
  if (!result.path.empty() && !result.path.starts_with('/')) {  // Boost.URL lets "http://a:-1" pass.
    return fail(Errc::refused, "an address without a valid port: " + std::string(text));
  }
  return result;
}

std::string percent_encode(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (is_unreserved(c)) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += kHex[byte >> 4];
      result += kHex[byte & 15];
    }
  }
  return result;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return fail(Errc::refused, "a broken percent escape");
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

std::string query_value(std::string_view target, std::string_view name) {
  const auto decode = [](std::string_view text) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '+', ' ');
    return percent_decode(plain);
  };
  auto rest = target.substr(path_of(target).size());
  if (const auto fragment = rest.find('#'); fragment != rest.npos) rest = rest.substr(0, fragment);
  while (!rest.empty()) {
    rest.remove_prefix(1);  // '?' or '&'.
    const auto field = rest.substr(0, rest.find('&'));
    rest.remove_prefix(field.size());
    const auto equals = field.find('=');
    const auto key = decode(field.substr(0, equals));
    if (!key || *key != name) continue;
    if (equals == field.npos) return {};
    return decode(field.substr(equals + 1)).value_or(std::string());
  }
  return {};
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

}  // namespace malin::net
