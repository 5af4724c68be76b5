// multipart/form-data (RFC 7578), both ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace malin::net {

struct Part {
  std::string name;
  std::string filename;      // Empty: a plain field.
  std::string content_type;  // Empty: text.
  std::string data;
};

// `boundary` must not occur in any part's data.
std::string format_multipart(const std::vector<Part>& parts, std::string_view boundary);
// `content_type` is the header with its boundary parameter. bad_reply: not multipart, or broken.
Result<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace malin::net
