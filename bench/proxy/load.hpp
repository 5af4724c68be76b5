// Puts load on one port for a while, from callers that each ask again as soon as they have their answer, and says how
// it went.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proxy/loop.hpp"

namespace malin::bench {

struct Scenario {
  std::string name;   // As in the report.
  std::string query;  // What the upstream does (proxy/upstream.hpp).
  std::size_t request_bytes = 0;
  int callers = 1;
  Nanoseconds length{};
  Nanoseconds stagger{};  // From the first request of one caller to that of the next.
  bool hangs_up = false;  // At the end, in place of waiting for the last answers.
};

// All durations in nanoseconds.
struct Outcome {
  std::vector<std::int64_t> answers;      // From the request to the end of its answer.
  std::vector<std::int64_t> first_bytes;  // To its start.
  std::vector<std::int64_t> tokens;       // From the upstream's write to the caller's read.
  std::size_t glued = 0;                  // Tokens that came in one read with the one before.
  std::size_t broken = 0;                 // Requests that were not answered as they should be.
  Nanoseconds length{};
  Nanoseconds cpu{};               // Spent by the process between in `length`.
  std::size_t resident_bytes = 0;  // The most that it had in memory, looked at now and then.
};

// With a warm-up that does not count. `process`: whose time is taken; 0: nobody's.
Outcome put_load(Loop& loop, std::uint16_t port, const Scenario& scenario, int process);

// Asks once. Whether it was answered, and well, within `limit`.
bool is_answered(Loop& loop, std::uint16_t port, Nanoseconds limit);

}  // namespace malin::bench
