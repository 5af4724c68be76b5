// What the fuzzers share. Every input goes to every parser of a fuzzer's theme, so that a seed is what it looks like:
// an answer, a request, a stream.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>
#include <vector>

namespace malin::fuzzing {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// What must hold of any input. Ends the program otherwise, which is how libFuzzer is told of a finding.
inline void require(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: this must hold\n", where.file_name(), static_cast<unsigned>(where.line()));
  std::abort();
}

// A number that is the same for the same text (FNV-1a): what the input does not say is drawn from it.
inline std::uint64_t draw(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash ^ hash >> 32U;
}

// Calls feed(piece) until all of `text` was fed or it returns false. A piece has at least a byte and at most
// nine and a 64th of all, and memory of its own, where a look beyond its end is noticed.
template <class Feed>
void in_pieces(std::string_view text, Feed feed) {
  std::uint64_t state = draw(text);
  const std::size_t longest = 9 + text.size() / 64;
  while (!text.empty()) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::string_view piece = text.substr(0, 1 + (state >> 33U) % longest);
    const std::vector<char> copy(piece.begin(), piece.end());
    if (!feed(std::string_view(copy.data(), copy.size()))) return;
    text.remove_prefix(piece.size());
  }
}

}  // namespace malin::fuzzing
