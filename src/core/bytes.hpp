// An amount of memory. Sizes are bytes everywhere in the code; GiB and MiB appear only in text for people.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace malin {

struct Bytes {
  std::int64_t count = 0;

  auto operator<=>(const Bytes&) const = default;
  Bytes& operator+=(Bytes other) {
    count += other.count;
    return *this;
  }
  Bytes& operator-=(Bytes other) {
    count -= other.count;
    return *this;
  }
  friend Bytes operator+(Bytes a, Bytes b) { return {a.count + b.count}; }
  friend Bytes operator-(Bytes a, Bytes b) { return {a.count - b.count}; }
};

constexpr Bytes mebibytes(std::int64_t n) { return {n << 20}; }
constexpr Bytes gibibytes(std::int64_t n) { return {n << 30}; }

// "6 GiB", "511 MiB", "1.5 GB" (GB and MB are powers of ten), "4096" (bytes). nullopt: not an amount of memory.
std::optional<Bytes> parse_bytes(std::string_view text);

// "18.6 GiB", "511 MiB", "12 KiB", "0 B": the largest unit that leaves at least 1.
std::string format_bytes(Bytes amount);

}  // namespace malin
