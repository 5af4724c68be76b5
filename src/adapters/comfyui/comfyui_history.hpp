// How a render ended, from ComfyUI's history: the only place where its end is told for certain.
#pragma once

#include <optional>
#include <string_view>

#include "core/reading.hpp"

namespace malin::adapters {

// The answer to GET /history/{id}. nullopt: not in the history (queued, running or unknown); otherwise finished or
// failed. Finished means without an error and with a file. bad_reply: not such a document.
Result<std::optional<RenderReading>> parse_history(std::string_view text, std::string_view prompt_id);

}  // namespace malin::adapters
