// The heads of HTTP/1.1 messages (RFC 9112), read strictly: what two programs could read in two ways is refused, for
// that is what request smuggling is made of. Nothing is copied: all views are of the bytes that were given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace malin::api::proxy {

constexpr std::size_t head_bytes_max = 32 << 10;
constexpr std::size_t head_fields_max = 128;

// The fields that a proxy has to understand.
enum class Known : std::uint8_t {
  other,
  accept_encoding,
  connection,
  content_encoding,
  content_length,
  content_type,
  expect,
  host,
  keep_alive,
  proxy_authenticate,
  proxy_authorization,
  proxy_connection,
  te,
  transfer_encoding,
  upgrade,
  websocket_extensions,
};

struct Field {
  Known known = Known::other;
  std::string_view name;
  std::string_view value;  // Without the blanks around it.
  std::string_view line;   // All of it, with its line break.
};

// How the end of a body is told.
enum class BodyEnd : std::uint8_t { none, length, chunked, close };

struct Head {
  std::size_t bytes = 0;  // All of it, with the empty line.
  std::vector<Field> fields;
  bool is_http_1_0 = false;
  BodyEnd body_end = BodyEnd::none;
  std::uint64_t body_bytes = 0;  // For BodyEnd::length.
  bool keeps_alive = true;       // By version and Connection.
  bool upgrades = false;         // Connection: upgrade, and Upgrade: websocket.
  bool expects_continue = false;

  // The first of this kind, or empty.
  std::string_view find(Known known) const;
  // Whether Connection names this field, which then is for one hop only.
  bool is_for_this_hop(const Field& field) const;
};

struct RequestHead : Head {
  std::string_view method;
  std::string_view target;     // In origin form, or "*".
  std::string_view authority;  // Of a target in absolute form: it replaces Host. Otherwise empty.
};

struct ResponseHead : Head {
  unsigned status = 0;
  std::string_view reason;
};

enum class Parsed : std::uint8_t { whole, incomplete, refused };

// Reads the head at the start of `bytes` into `head`. `refusal`: the status to answer with, when it is refused.
Parsed parse_request(std::string_view bytes, RequestHead& head, unsigned& refusal);
// The answer to a request with `method`.
Parsed parse_response(std::string_view bytes, std::string_view method, ResponseHead& head);

// Whether the comma-separated list holds `token`, in any letter case.
bool lists_token(std::string_view list, std::string_view token);

}  // namespace malin::api::proxy
