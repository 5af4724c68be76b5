#include "core/backoff.hpp"

#include <algorithm>
#include <cstdint>

namespace malin {

namespace {

// FNV-1a, 64 bits (Fowler, Noll, Vo).
std::uint64_t hash(std::string_view text, std::uint64_t salt) {
  std::uint64_t value = 14695981039346656037ull ^ salt;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return value ^ (value >> 32);
}

}  // namespace

Duration backoff(int failures, std::string_view key, Duration longest) {
  if (failures <= 0) return Duration{0};
  const Duration full = std::min(longest, Duration{1000ll << std::min(failures - 1, 20)});
  const auto jitter = static_cast<Duration::rep>(hash(key, static_cast<std::uint64_t>(failures)) % 256);
  return full - full * jitter / 1024;
}

}  // namespace malin
