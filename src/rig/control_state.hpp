// GET /state of the control port.
#pragma once

#include "net/json.hpp"
#include "rig/control_face.hpp"

namespace malin::rig {

boost::json::object format_state(const ControlParts& parts);
boost::json::object format_faults(const world::Faults& faults);

}  // namespace malin::rig
