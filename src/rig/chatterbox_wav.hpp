// The voice of the simulated Chatterbox: a murmur of the right length, as a WAV file.
#pragma once

#include <string>
#include <string_view>

#include "core/time.hpp"

namespace malin::rig {

// 16-bit mono PCM at 24 kHz that rises and falls with the letters of `text`.
std::string make_speech(std::string_view text, Duration length);

}  // namespace malin::rig
