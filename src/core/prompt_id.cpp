#include "core/prompt_id.hpp"

#include <array>
#include <cstdio>

namespace malin {

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a good mixer of one word.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

std::uint64_t digest(const Job& job, TimePoint moment, std::uint64_t salt) {
  std::uint64_t value = mix(salt + static_cast<std::uint64_t>(job.attempts));
  for (const std::string& text : {job.id, job.kind, job.prompt})
    for (const char c : text) value = mix(value ^ static_cast<unsigned char>(c));
  value = mix(value ^ static_cast<std::uint64_t>(to_unix_ms(job.created_at)));
  return mix(value ^ static_cast<std::uint64_t>(to_unix_ms(moment)));
}

}  // namespace

std::string make_prompt_id(const Job& job, TimePoint moment) {
  const std::uint64_t high = digest(job, moment, 1);
  const std::uint64_t low = digest(job, moment, 2);
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xFFFF), static_cast<unsigned>(high & 0xFFF),
                static_cast<unsigned>(0x8000 | (low >> 48 & 0x3FFF)),
                static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFull));
  return text.data();
}

std::uint64_t make_seed(const Job& job, TimePoint moment) { return digest(job, moment, 3) & 0xFFFFFFFFFFFFull; }

}  // namespace malin
