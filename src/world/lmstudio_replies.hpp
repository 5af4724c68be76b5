// What the simulated brain says: canned, lively, and in the tags that Malin reads when somebody asks for a picture.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace malin::world {

// The tokens of the reply to `prompt` (the person's newest message); joined they are the text. `turn` picks among
// replies, so that a conversation does not repeat itself at once.
std::vector<std::string> compose_reply(std::string_view prompt, bool has_image, std::size_t turn);

// As many tokens as asked for, of no language at all.
std::vector<std::string> compose_garbage(std::size_t count);

// How many tokens `text` is counted as.
int count_tokens(std::string_view text);

}  // namespace malin::world
