// UTF-8 that came from outside, and may not be any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace malin {

// The length in bytes of the character at the start of `text`, or 0: there is none.
std::size_t character_length(std::string_view text);

// `text`, every byte that belongs to no character made U+FFFD.
std::string clean_utf8(std::string_view text);

// The beginning of `text`, at most so long, cut between characters.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

}  // namespace malin
