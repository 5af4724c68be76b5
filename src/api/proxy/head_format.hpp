// Heads as they go on: everything passes but what is for one hop only (RFC 9110, 7.6.1).
#pragma once

#include <string>

#include "api/proxy/head.hpp"

namespace malin::api::proxy {

struct RequestChange {
  std::string_view host;      // For a request that names none.
  bool plain_text = false;    // The answer will be read, so it must not come compressed.
  bool upgrades = false;      // It may change to a WebSocket,
  bool plain_frames = false;  // whose frames will be read.
};

void format_request(const RequestHead& head, const RequestChange& change, std::string& out);

struct ResponseChange {
  bool keep_alive = true;
  bool to_http_1_0 = false;
  bool drops_framing = false;     // What tells the end of the body is replaced
  std::string_view framing = {};  // by these lines.
};

// Takes all fields of this name out of a head that was formatted here.
void drop_field(std::string_view name, std::string& head);

// `text`: the bytes that `head` was read from.
void format_response(std::string_view text, const ResponseHead& head, const ResponseChange& change, std::string& out);

}  // namespace malin::api::proxy
