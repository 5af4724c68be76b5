// What a client hears while she is away: a reply that says what she is doing, or an error.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/proxy/answer.hpp"

namespace malin::api::proxy {

struct Said {
  std::string_view model;
  std::string_view line;
  std::int64_t unix_seconds = 0;
  bool as_stream = false;
};

// Whether `format_reply` knows this dialect.
bool can_reply(Dialect dialect);
// A whole answer of hers, as the route would give it.
Answer format_reply(Dialect dialect, const Said& said);

// `body`, which is JSON, as one event of a stream.
std::string format_event(bool is_error, std::string_view body);

}  // namespace malin::api::proxy
