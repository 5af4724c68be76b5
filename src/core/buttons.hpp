// The buttons under a line for the person.
#pragma once

#include <string>
#include <vector>

namespace malin {

struct Button {
  std::string text;
  std::string data;  // What its press sends back: core/person_command.hpp. At most 64 bytes.

  bool operator==(const Button&) const = default;
};

using Buttons = std::vector<Button>;

}  // namespace malin
