// Malin's own case, which has no like in nginx: requests that wait because the model is away.
#pragma once

#include "proxy/loop.hpp"
#include "proxy/upstream.hpp"

namespace malin::bench {

struct Held {
  std::size_t resident_bytes = 0;  // With all of them waiting.
  std::size_t broken = 0;          // Not answered after her return, or passed on while she was away.
};

Held hold_streams(Loop& loop, Upstream& upstream, std::uint16_t port, int count, int process);

}  // namespace malin::bench
