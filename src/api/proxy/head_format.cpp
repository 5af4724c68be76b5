#include "api/proxy/head_format.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace malin::api::proxy {

namespace {

bool is_usual_option(std::string_view value) {
  return is_same_word(value, "keep-alive") || is_same_word(value, "close") || is_same_word(value, "upgrade");
}

// Whether Connection names fields of this message.
bool names_fields(const Head& head) {
  return std::ranges::any_of(head.fields, [](const Field& field) {
    return field.known == Known::connection && !is_usual_option(field.value);
  });
}

bool is_hop_by_hop(const Field& field) {
  switch (field.known) {
    case Known::connection:
    case Known::keep_alive:
    case Known::proxy_authenticate:
    case Known::proxy_authorization:
    case Known::proxy_connection:
    case Known::te:
    case Known::transfer_encoding:
    case Known::upgrade:
      return true;
    default:
      return false;
  }
}

// What says where the message goes and ends stays, whatever Connection names.
bool is_essential(const Field& field) { return field.known == Known::content_length || field.known == Known::host; }

}  // namespace

void format_request(const RequestHead& head, const RequestChange& change, std::string& out) {
  out.reserve(head.bytes + 96);
  out.append(head.method).append(" ").append(head.target).append(" HTTP/1.1\r\n");
  const bool replaces_host = !head.authority.empty() || head.find(Known::host).data() == nullptr;
  if (replaces_host) {
    out.append("Host: ").append(head.authority.empty() ? change.host : head.authority).append("\r\n");
  }
  const bool has_named = names_fields(head);
  for (const Field& field : head.fields) {
    if (is_hop_by_hop(field) || (has_named && !is_essential(field) && head.is_for_this_hop(field))) continue;
    if (field.known == Known::host && replaces_host) continue;
    if (field.known == Known::accept_encoding && change.plain_text) continue;
    if (field.known == Known::websocket_extensions && change.plain_frames) continue;
    out.append(field.line);
  }
  if (head.body_end == BodyEnd::chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (change.upgrades) out.append("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  out.append("Via: 1.1 malin\r\n\r\n");
}

void drop_field(std::string_view name, std::string& head) {
  for (auto line = head.find("\r\n"); line != std::string::npos; line = head.find("\r\n", line + 2)) {
    const auto begin = line + 2;
    const auto end = head.find("\r\n", begin);
    if (end == std::string::npos) return;
    const bool is_it =
        is_same_word(std::string_view(head).substr(begin, name.size()), name) && head[begin + name.size()] == ':';
    if (!is_it) continue;
    head.erase(begin, end + 2 - begin);
    line = begin - 4;  // Looks at what has moved up.
  }
}

void format_response(std::string_view text, const ResponseHead& head, const ResponseChange& change, std::string& out) {
  const bool is_upgrade = head.status == 101;
  out.reserve(head.bytes + 64);
  out.append("HTTP/1.1");
  out.append(text.substr(8, text.find('\n') - 7));  // The version aside, the line stays as it is.
  const bool has_named = names_fields(head);
  for (const Field& field : head.fields) {
    const bool is_framing = field.known == Known::content_length || field.known == Known::transfer_encoding;
    if (is_hop_by_hop(field) && !(is_upgrade && field.known == Known::upgrade)) continue;
    if (has_named && !is_essential(field) && head.is_for_this_hop(field)) continue;
    if (is_framing && change.drops_framing) continue;
    out.append(field.line);
  }
  if (change.drops_framing) {
    out.append(change.framing);
  } else if (head.find(Known::transfer_encoding).data() != nullptr) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (is_upgrade) {
    out.append("Connection: Upgrade\r\n");
  } else if (!change.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (change.to_http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace malin::api::proxy
