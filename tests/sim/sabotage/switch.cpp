#include "sim/sabotage/switch.hpp"

namespace malin::sim {

int sabotage = 0;

const std::vector<SabotageInfo>& sabotages() {
  static const std::vector<SabotageInfo> all{
#include "sabotages.inc"
  };
  return all;
}

}  // namespace malin::sim
