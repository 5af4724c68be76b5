// One whole run, a selfie and a video asked for at an idle moment, again and again: each time another call goes wrong,
// or the daemon is killed there, or a commit finds a full disk. Every run must come to rest with the invariants held.
#pragma once

#include <string>
#include <vector>

namespace malin::sim {

struct NthReport {
  int calls = 0;  // Of the run in which all goes well; commits, where those fail.
  int runs = 0;
  std::vector<std::string> failures;
};

// `stride`: of the calls that only look, this many are passed over for one that is tried; 1 tries all.
NthReport fail_every_call(int stride);
NthReport kill_at_every_call(int stride);
NthReport fail_every_commit();

}  // namespace malin::sim
