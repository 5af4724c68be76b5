// Which Malin this is.
#pragma once

namespace malin::app {

// "0.1.0"
const char* version();

}  // namespace malin::app
