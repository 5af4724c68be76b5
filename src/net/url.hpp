// The four parts of an http, https, ws or wss address that a client needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace malin::net {

struct Url {
  bool tls = false;
  std::string host;
  std::uint16_t port = 80;
  std::string path;  // With query, without a trailing slash; empty for the root.
};

// refused: not such an address, or one with user info or a fragment.
Result<Url> parse_url(std::string_view text);

// RFC 3986 percent-encoding of everything but unreserved characters.
std::string percent_encode(std::string_view text);
// refused: a broken escape.
Result<std::string> percent_decode(std::string_view text);

// The decoded value (also "+" as space) of the first `name` in the query of a request target; empty: absent or broken.
std::string query_value(std::string_view target, std::string_view name);
// The target without its query.
std::string_view path_of(std::string_view target);

}  // namespace malin::net
