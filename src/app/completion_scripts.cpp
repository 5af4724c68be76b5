#include "app/completion_scripts.hpp"

namespace malin::app {

namespace {

constexpr const char* bash = R"sh(# bash completion of malin
_malin() {
  mapfile -t COMPREPLY < <("$1" complete-words "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1)
}
complete -o default -F _malin malin
)sh";

constexpr const char* zsh = R"sh(#compdef malin
_malin() {
  local line
  local -a found
  for line in ${(f)"$("$words[1]" complete-words "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
    found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  if (( $#found )); then _describe malin found; else _files; fi
}
if [[ $funcstack[1] == _malin ]]; then _malin "$@"; else compdef _malin malin; fi
)sh";

constexpr const char* fish = R"sh(# fish completion of malin
function __malin_complete
    set -l typed (commandline -ct)
    set -l words (commandline -opc)
    set -l found ($words[1] complete-words $words[2..-1] "$typed" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path "$typed"
    end
end
complete -c malin -f -a '(__malin_complete)'
)sh";

}  // namespace

const char* completion_script(const std::string& shell) { return shell == "bash" ? bash : shell == "zsh" ? zsh : fish; }

}  // namespace malin::app
