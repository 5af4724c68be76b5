// What the proxy itself says, in the dialect of the route.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/proxy/route.hpp"

namespace malin::api::proxy {

struct Answer {
  unsigned status = 200;
  std::string type = "application/json";
  std::string body;
  std::optional<int> retry_after_s{};
};

// An error as OpenAI's or Anthropic's object, with the members of problem details (RFC 9457) beside it.
Answer format_error(Dialect dialect, unsigned status, std::string_view message, std::optional<int> retry_after_s = {});

// The whole answer as bytes.
std::string format_answer(const Answer& answer, bool keep_alive, bool is_head);

}  // namespace malin::api::proxy
