// The little of HTTP that the bench reads; its own ends write nothing else.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace malin::bench {

inline std::uint64_t number_at(std::string_view text, std::size_t at) {
  std::uint64_t number = 0;
  if (at < text.size()) std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

// 0: it is not there.
inline std::size_t query_number(std::string_view target, std::string_view key) {
  const auto at = target.find(key);
  return at == std::string_view::npos ? 0 : number_at(target, at + key.size());
}

inline std::size_t content_length(std::string_view head) {
  for (const std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "})
    if (const auto at = head.find(name); at != std::string_view::npos) return number_at(head, at + name.size());
  return 0;
}

}  // namespace malin::bench
