// How often a sense is used, as far as its engine tells.
#pragma once

#include <string>

#include "core/time.hpp"

namespace malin {

// Of the uses that were seen, half are forgotten every week.
struct SenseUse {
  std::string instance;   // Looked at last, ...
  TimePoint last_used{};  // ... and when its engine said that it was used, by the engine's clock.
  double count = 0;
  TimePoint counted_at{};
};

double count_at(const SenseUse& use, TimePoint now);

// What a look at `now` shows. Uses between two looks count as one; what an instance did before it was looked at does
// not count.
void look(SenseUse& use, const std::string& instance, TimePoint last_used, TimePoint now);

}  // namespace malin
