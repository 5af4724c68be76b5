// Which sabotage is switched on in this program; 0: none. Production code knows nothing of it: the sabotages are
// planted into copies of its sources (plant.py).
#pragma once

#include <vector>

namespace malin::sim {

extern int sabotage;
inline bool is_on(int number) { return sabotage == number; }

struct SabotageInfo {
  const char* name;
  int seeds;         // Within so many the simulator must find it.
  const char* lost;  // The place that is no longer in the source; empty: all are planted.
};
const std::vector<SabotageInfo>& sabotages();

}  // namespace malin::sim
