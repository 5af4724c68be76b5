// Chance of one seed. The same seed throws the same dice on every machine: nothing of <random>'s distributions is used.
#pragma once

#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/time.hpp"

namespace malin::world {

class Dice {
 public:
  // `salt` keeps the dice of different parts apart: one more throw in one part changes no other.
  Dice(std::uint64_t seed, std::string_view salt) {
    std::uint64_t value = seed * 0x9E3779B97F4A7C15ull + 1;
    for (const char c : salt) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    random_.seed(value);
  }

  std::uint64_t number() { return random_(); }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most - least + 1));
  }
  double share() { return static_cast<double>(random_() >> 11) / static_cast<double>(1ull << 53); }
  bool chance(double probability) { return share() < probability; }
  Duration between(Duration least, Duration most) { return Duration(between(least.count(), most.count())); }
  Bytes between(Bytes least, Bytes most) { return Bytes{between(least.count, most.count)}; }
  // About `mean`: half of it to half more, so that nothing is ever for ever away.
  Duration about(Duration mean) { return between(mean / 4, mean * 7 / 4); }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(from.size()) - 1))];
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace malin::world
