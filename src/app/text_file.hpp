// A file of text, whole.
#pragma once

#include <filesystem>
#include <string>

#include "core/bytes.hpp"
#include "core/result.hpp"

namespace malin::app {

// refused: it cannot be read, or is larger than `size_max`; the message names the file.
Result<std::string> read_text(const std::filesystem::path& path, Bytes size_max);

}  // namespace malin::app
