#include "app/version.hpp"

namespace malin::app {

const char* version() { return MALIN_VERSION; }

}  // namespace malin::app
