// What the kernel says of another process of ours.
#pragma once

#include <cstddef>

#include "proxy/loop.hpp"

namespace malin::bench {

// All its threads have spent, in user and kernel, to the nanosecond (/proc/PID/task/*/schedstat).
Nanoseconds cpu_time(int process);
// In memory now, shared pages included (VmRSS).
std::size_t resident_bytes(int process);

}  // namespace malin::bench
