#include "net/multipart.hpp"

#include <optional>

#include "core/ascii.hpp"
#include "net/http.hpp"

namespace malin::net {
namespace {

constexpr std::size_t kBoundaryMax = 70;  // RFC 2046, 5.1.1.

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// As browsers do (WHATWG HTML, "multipart/form-data encoding algorithm").
std::string escape(std::string text) {
  replace_all(text, "\r", "%0D");
  replace_all(text, "\n", "%0A");
  replace_all(text, "\"", "%22");
  return text;
}

std::string unescape(std::string text) {
  replace_all(text, "%0D", "\r");
  replace_all(text, "%0A", "\n");
  replace_all(text, "%22", "\"");
  return text;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The value at the start of `rest`, quoted or not; takes it off.
std::string take_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const auto raw = rest.substr(0, rest.find(';'));
    rest.remove_prefix(raw.size());
    return std::string(trim(raw));
  }
  for (rest.remove_prefix(1); !rest.empty() && rest.front() != '"'; rest.remove_prefix(1)) {
    const bool escaped = rest.front() == '\\' && rest.size() > 1 && (rest[1] == '"' || rest[1] == '\\');
    if (escaped) rest.remove_prefix(1);
    value += rest.front();
  }
  rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  return value;
}

// The parameter `name` of a header value such as `form-data; name="a"`.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  auto rest = header.substr(std::min(header.find(';'), header.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);  // ';'
    const auto stop = rest.find_first_of("=;");
    if (stop == rest.npos) return std::nullopt;
    const auto key = lower(trim(rest.substr(0, stop)));
    const bool has_value = rest[stop] == '=';
    rest.remove_prefix(stop + (has_value ? 1 : 0));
    if (!has_value) continue;
    auto value = take_value(rest);
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<Part> parse_part(std::string_view text) {
  // A part without headers begins with the empty line itself, and has no name: it is refused below.
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == text.npos) return fail(Errc::bad_reply, "a multipart part without an end of its headers");
  Headers headers;
  for (auto head = text.substr(0, head_end); !head.empty();) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    const auto colon = line.find(':');
    if (colon == line.npos) return fail(Errc::bad_reply, "a multipart part with a broken header");
    headers.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  }
  const auto disposition = headers.get("Content-Disposition");
  const auto name = parameter(disposition, "name");
  if (!name || lower(trim(disposition.substr(0, disposition.find(';')))) != "form-data") {
    return fail(Errc::bad_reply, "a multipart part without a name");
  }
  Part part;
  part.name = unescape(*name);
  part.filename = unescape(parameter(disposition, "filename").value_or(""));
  part.content_type = headers.get("Content-Type");
  part.data = text.substr(head_end + 4);
  return part;
}

}  // namespace

std::string format_multipart(const std::vector<Part>& parts, std::string_view boundary) {
  std::string result;
  for (const auto& part : parts) {
    result.append("--")
        .append(boundary)
        .append("\r\nContent-Disposition: form-data; name=\"")
        .append(escape(part.name));
    result.append("\"");
    if (!part.filename.empty()) result.append("; filename=\"").append(escape(part.filename)).append("\"");
    if (!part.content_type.empty()) result.append("\r\nContent-Type: ").append(part.content_type);
    result.append("\r\n\r\n").append(part.data).append("\r\n");
  }
  return result.append("--").append(boundary).append("--\r\n");
}

Result<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body) {
  const auto boundary = parameter(content_type, "boundary");
  const auto type = lower(trim(content_type.substr(0, content_type.find(';'))));
  if (type != "multipart/form-data" || !boundary || boundary->empty() || boundary->size() > kBoundaryMax) {
    return fail(Errc::bad_reply, "not multipart/form-data with a boundary");
  }
  const std::string delimiter = "\r\n--" + *boundary;
  std::vector<Part> parts;
  std::optional<std::size_t> part_at;  // None yet: what comes before the first delimiter is a preamble.
  // The first delimiter may stand at the very start, without its line break.
  const bool opens = body.starts_with(std::string_view(delimiter).substr(2));
  auto at = opens ? std::optional<std::size_t>(delimiter.size() - 2) : std::nullopt;
  std::size_t data_end = 0;
  for (;;) {
    if (!at) {
      data_end = body.find(delimiter, part_at.value_or(0));
      if (data_end == body.npos) return fail(Errc::bad_reply, "a multipart body without its end");
      at = data_end + delimiter.size();
    }
    auto rest = body.substr(*at);
    const bool last = rest.starts_with("--");
    const auto padding = rest.find_first_not_of(" \t");
    const bool next = padding != rest.npos && rest.substr(padding).starts_with("\r\n");
    if (!last && !next) return fail(Errc::bad_reply, "a multipart body with a broken boundary");
    if (part_at) {
      auto part = parse_part(body.substr(*part_at, data_end - *part_at));
      if (!part) return std::unexpected(part.error());
      parts.push_back(std::move(*part));
    }
    if (last) return parts;
    part_at = *at + padding + 2;
    at.reset();
  }
}

}  // namespace malin::net
