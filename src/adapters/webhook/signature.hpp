// How a message is signed, so that whoever gets it knows from whom it is: Standard Webhooks 1.0, symmetric (v1).
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace malin::adapters::webhook {

// The key of a secret: "whsec_" and base64, or any other text as it is. refused: the base64 is none, or the key is
// shorter than 16 bytes.
Result<std::string> parse_secret(std::string_view secret);

// "v1,BASE64" over id, time (seconds since 1970) and body.
std::string sign(std::string_view key, std::string_view id, std::int64_t time, std::string_view body);

}  // namespace malin::adapters::webhook
