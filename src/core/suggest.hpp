// What someone who wrote an unknown name may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace malin {

// "; did you mean "idle_grace"?" when one of `known` is a slip of the hand away, else the list of them.
std::string suggest(std::string_view wrong, const std::vector<std::string_view>& known);

}  // namespace malin
