// How long something took, counted in buckets that are the same for everything that is measured.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/time.hpp"

namespace malin::control {

struct Histogram {
  // The highest length of each bucket but the last, which has none.
  static constexpr auto bounds = std::to_array<Duration>(
      {Duration(100), Duration(250), Duration(500), Duration(1'000), Duration(2'500), Duration(5'000), Duration(10'000),
       Duration(20'000), Duration(30'000), Duration(60'000), Duration(120'000), Duration(300'000), Duration(600'000),
       Duration(1'800'000), Duration(3'600'000)});

  // A length below zero, of a clock that was set back, counts as none.
  void observe(Duration length) {
    length = std::max(length, Duration{});
    ++counts.at(static_cast<std::size_t>(std::ranges::lower_bound(bounds, length) - bounds.begin()));
    sum += length;
  }

  std::array<std::int64_t, bounds.size() + 1> counts{};  // Of each bucket alone.
  Duration sum{};
};

}  // namespace malin::control
