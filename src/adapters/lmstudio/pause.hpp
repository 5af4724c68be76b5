// Between two looks at what LM Studio does by itself.
#pragma once

#include <chrono>

#include "core/time.hpp"
#include "ports/task.hpp"

namespace malin::adapters::lmstudio {

// Short at first, and longer the longer it has taken since `began`: at most `longest`.
Task<void> pause_since(std::chrono::steady_clock::time_point began, Duration longest);

}  // namespace malin::adapters::lmstudio
