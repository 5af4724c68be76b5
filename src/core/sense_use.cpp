#include "core/sense_use.hpp"

#include <algorithm>
#include <cmath>

namespace malin {

double count_at(const SenseUse& use, TimePoint now) {
  constexpr Duration half_life = std::chrono::weeks(1);
  const Duration passed = std::max(now - use.counted_at, Duration{});
  return use.count * std::exp2(-static_cast<double>(passed.count()) / static_cast<double>(half_life.count()));
}

void look(SenseUse& use, const std::string& instance, TimePoint last_used, TimePoint now) {
  if (use.instance == instance && use.last_used != last_used) {
    use.count = count_at(use, now) + 1;
    use.counted_at = now;
  }
  use.instance = instance;
  use.last_used = last_used;
}

}  // namespace malin
