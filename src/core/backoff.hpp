// How long to wait before doing something again that failed: 1 s doubling to 60 s, with jitter, so that things that
// failed together do not all come back together.
#pragma once

#include <string_view>

#include "core/time.hpp"

namespace malin {

// After `failures` in a row (1 and up): 1 s * 2^(failures-1), at most `longest`, less up to a quarter. The jitter is a
// pure function of (key, failures), so the same decision is made twice. 0 failures: zero.
Duration backoff(int failures, std::string_view key, Duration longest = std::chrono::seconds(60));

}  // namespace malin
