// What each shell runs when Tab is pressed. All of them ask `malin complete-words`.
#pragma once

#include <string>

namespace malin::app {

// `shell`: "bash", "zsh" or "fish".
const char* completion_script(const std::string& shell);

}  // namespace malin::app
