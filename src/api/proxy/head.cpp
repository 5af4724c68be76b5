#include "api/proxy/head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/ascii.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::array<bool, 256> make_table(std::string_view others) {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    const bool is_alphanumeric =
        (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
    table[static_cast<std::size_t>(c)] = is_alphanumeric || others.find(letter) != std::string_view::npos;
  }
  return table;
}

constexpr auto token_table = make_table("!#$%&'*+-.^_`|~");
constexpr auto value_table = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 256; ++c) table[c] = c == '\t' || (c >= 0x20 && c != 0x7f);
  return table;
}();
constexpr auto target_table = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 256; ++c) table[c] = c > 0x20 && c != 0x7f;
  return table;
}();

bool is_made_of(std::string_view text, const std::array<bool, 256>& table) {
  return std::ranges::all_of(text, [&](char c) { return table[static_cast<unsigned char>(c)]; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

struct KnownName {
  std::string_view name;
  Known known;
};

constexpr std::array<KnownName, 15> known_names{{{"accept-encoding", Known::accept_encoding},
                                                 {"connection", Known::connection},
                                                 {"content-encoding", Known::content_encoding},
                                                 {"content-length", Known::content_length},
                                                 {"content-type", Known::content_type},
                                                 {"expect", Known::expect},
                                                 {"host", Known::host},
                                                 {"keep-alive", Known::keep_alive},
                                                 {"proxy-authenticate", Known::proxy_authenticate},
                                                 {"proxy-authorization", Known::proxy_authorization},
                                                 {"proxy-connection", Known::proxy_connection},
                                                 {"sec-websocket-extensions", Known::websocket_extensions},
                                                 {"te", Known::te},
                                                 {"transfer-encoding", Known::transfer_encoding},
                                                 {"upgrade", Known::upgrade}}};

Known known_of(std::string_view name) {
  for (const KnownName& entry : known_names)
    if (entry.name.size() == name.size() && entry.name.front() == lower(name.front()) && is_same_word(entry.name, name))
      return entry.known;
  return Known::other;
}

// The line at the start of `rest` without its line break, which must be CR LF.
bool take_line(std::string_view& rest, std::string_view& line) {
  const auto* end = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
  if (end == nullptr || end == rest.data() || end[-1] != '\r') return false;
  const auto length = static_cast<std::size_t>(end - rest.data());
  line = rest.substr(0, length - 1);
  rest.remove_prefix(length + 1);
  return true;
}

bool parse_field(std::string_view line, std::string_view with_break, Field& field) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  field.name = line.substr(0, colon);
  field.value = trim(line.substr(colon + 1));
  field.line = with_break;
  // Neither a blank before the colon nor a folded line (which starts with one) is a token.
  if (!is_made_of(field.name, token_table) || !is_made_of(field.value, value_table)) return false;
  field.known = known_of(field.name);
  return true;
}

bool parse_fields(std::string_view rest, Head& head) {
  for (;;) {
    const std::string_view before = rest;
    std::string_view line;
    if (!take_line(rest, line)) return false;
    if (line.empty()) return true;
    Field field;
    if (head.fields.size() >= head_fields_max) return false;
    if (!parse_field(line, before.substr(0, line.size() + 2), field)) return false;
    head.fields.push_back(field);
  }
}

bool parse_version(std::string_view text, Head& head) {
  head.is_http_1_0 = text == "HTTP/1.0";
  return head.is_http_1_0 || text == "HTTP/1.1";
}

// What the fields say about framing and connection. false: they contradict one another or cannot be understood.
bool read_meaning(Head& head) {
  bool is_chunked = false;
  bool has_length = false;
  bool closes = false;
  bool stays = false;
  for (const Field& field : head.fields) {
    switch (field.known) {
      case Known::content_length: {
        const auto [end, error] =
            std::from_chars(field.value.data(), field.value.data() + field.value.size(), head.body_bytes);
        const bool is_number = error == std::errc{} && end == field.value.data() + field.value.size();
        if (has_length || !is_number || head.body_bytes > (std::uint64_t{1} << 62)) return false;
        has_length = true;
        break;
      }
      case Known::transfer_encoding:
        if (is_chunked || !is_same_word(field.value, "chunked")) return false;
        is_chunked = true;
        break;
      case Known::connection:
        closes = closes || lists_token(field.value, "close");
        stays = stays || lists_token(field.value, "keep-alive");
        head.upgrades = head.upgrades || lists_token(field.value, "upgrade");
        break;
      case Known::expect:
        if (!is_same_word(field.value, "100-continue")) return false;
        head.expects_continue = !head.is_http_1_0;
        break;
      default:
        break;
    }
  }
  if (is_chunked && (has_length || head.is_http_1_0)) return false;
  head.body_end = is_chunked ? BodyEnd::chunked : has_length ? BodyEnd::length : BodyEnd::none;
  head.keeps_alive = !closes && (stays || !head.is_http_1_0);
  head.upgrades = head.upgrades && !head.is_http_1_0 && is_same_word(head.find(Known::upgrade), "websocket");
  return true;
}

// Whether the head is there as a whole, and then its length; `refused` as soon as a line is seen to end without CR.
Parsed look_for_end(std::string_view bytes, std::size_t& length) {
  length = bytes.substr(0, head_bytes_max).find("\r\n\r\n");
  if (length != std::string_view::npos) {
    length += 4;
    return Parsed::whole;
  }
  for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1))
    if (at == 0 || bytes[at - 1] != '\r') return Parsed::refused;
  return Parsed::incomplete;
}

// "http://name:80/path" -> "/path", with "name:80" as authority.
bool take_apart(RequestHead& head) {
  if (head.target.starts_with('/') || head.target == "*") return head.target != "*" || head.method == "OPTIONS";
  constexpr std::string_view scheme = "http://";
  if (!is_same_word(head.target.substr(0, scheme.size()), scheme)) return false;
  const std::string_view rest = head.target.substr(scheme.size());
  const auto path = rest.find('/');
  head.authority = rest.substr(0, path);
  head.target = path == std::string_view::npos ? "/" : rest.substr(path);
  return !head.authority.empty() && head.authority.find_first_of("@?#") == std::string_view::npos;
}

unsigned parse_request_line(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return 400;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, second - first - 1);
  if (head.method.empty() || !is_made_of(head.method, token_table)) return 400;
  if (head.target.empty() || !is_made_of(head.target, target_table)) return 400;
  const std::string_view version = line.substr(second + 1);
  if (!parse_version(version, head)) return version.starts_with("HTTP/") && version.size() == 8 ? 505 : 400;
  if (head.method == "CONNECT") return 405;
  return take_apart(head) ? 0 : 400;
}

bool has_one_host(const RequestHead& head) {
  const auto hosts = std::ranges::count(head.fields, Known::host, &Field::known);
  return hosts == 1 || (hosts == 0 && head.is_http_1_0);
}

void forget(Head& head) {
  std::vector<Field> fields = std::move(head.fields);
  fields.clear();
  head = Head{};
  head.fields = std::move(fields);
}

}  // namespace

std::string_view Head::find(Known known) const {
  for (const Field& field : fields)
    if (field.known == known) return field.value;
  return {};
}

bool Head::is_for_this_hop(const Field& field) const {
  return std::ranges::any_of(fields, [&](const Field& other) {
    return other.known == Known::connection && lists_token(other.value, field.name);
  });
}

Parsed parse_request(std::string_view bytes, RequestHead& head, unsigned& refusal) {
  forget(head);
  head.authority = {};
  refusal = 400;
  std::size_t skipped = 0;
  // An empty line before the request is a habit of old clients (RFC 9112, 2.2).
  if (bytes.starts_with("\r\n")) skipped = 2;
  const std::string_view text = bytes.substr(skipped);
  if (bytes == "\r") return Parsed::incomplete;
  std::size_t length = 0;
  const Parsed seen = look_for_end(text, length);
  if (seen == Parsed::incomplete && text.size() >= head_bytes_max) {
    refusal = 431;
    return Parsed::refused;
  }
  if (seen != Parsed::whole) return seen;
  std::string_view rest = text;
  std::string_view line;
  if (!take_line(rest, line)) return Parsed::refused;
  if (const unsigned wrong = parse_request_line(line, head); wrong != 0) {
    refusal = wrong;
    return Parsed::refused;
  }
  if (!parse_fields(rest, head)) {
    if (head.fields.size() >= head_fields_max) refusal = 431;
    return Parsed::refused;
  }
  const std::string_view coding = head.find(Known::transfer_encoding);
  if (!read_meaning(head)) {
    const std::string_view expected = head.find(Known::expect);
    if (!coding.empty() && !is_same_word(coding, "chunked")) refusal = 501;
    if (!expected.empty() && !is_same_word(expected, "100-continue")) refusal = 417;
    return Parsed::refused;
  }
  if (!has_one_host(head)) return Parsed::refused;
  head.bytes = skipped + length;
  return Parsed::whole;
}

Parsed parse_response(std::string_view bytes, std::string_view method, ResponseHead& head) {
  forget(head);
  std::size_t length = 0;
  const Parsed seen = look_for_end(bytes, length);
  if (seen == Parsed::incomplete) return bytes.size() >= head_bytes_max ? Parsed::refused : seen;
  if (seen == Parsed::refused) return seen;
  std::string_view rest = bytes;
  std::string_view line;
  if (!take_line(rest, line) || line.size() < 12 || !parse_version(line.substr(0, 8), head)) return Parsed::refused;
  const std::string_view code = line.substr(9, 3);
  const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), head.status);
  const bool is_code = line[8] == ' ' && error == std::errc{} && end == code.data() + 3 && head.status >= 100;
  if (!is_code || (line.size() > 12 && line[12] != ' ')) return Parsed::refused;
  head.reason = line.size() > 13 ? line.substr(13) : std::string_view();
  if (!is_made_of(head.reason, value_table) || !parse_fields(rest, head) || !read_meaning(head)) return Parsed::refused;
  head.bytes = length;
  const bool has_no_body = method == "HEAD" || head.status / 100 == 1 || head.status == 204 || head.status == 304;
  if (has_no_body)
    head.body_end = BodyEnd::none;
  else if (head.body_end == BodyEnd::none)
    head.body_end = BodyEnd::close;
  if (head.body_end == BodyEnd::close) head.keeps_alive = false;
  return Parsed::whole;
}

bool lists_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (is_same_word(trim(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace malin::api::proxy
