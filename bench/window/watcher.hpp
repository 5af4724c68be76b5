// When the simulated world itself was at work: an engine loading, unloading or answering, the renderer rendering, the
// card showing memory free later than it was given back. What is left of a window is Malin's own.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "rig/rig.hpp"

namespace malin::bench {

using Steady = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

class Watcher {
 public:
  explicit Watcher(rig::Rig& rig) : rig_(rig), changed_at_(Steady::now()) {}

  // To be called after everything that may have changed the world.
  void look();
  // Forgets what was.
  void start_over();

  Milliseconds busy() const { return busy_; }
  // How long nothing was at work, by what ended before and began after: "settle > render".
  const std::map<std::string, Milliseconds>& gaps() const { return gaps_; }

 private:
  std::string at_work() const;  // Empty: nothing is.

  rig::Rig& rig_;
  std::string now_;
  std::string before_;  // What was at work last.
  Steady::time_point changed_at_;
  Milliseconds busy_{};
  std::map<std::string, Milliseconds> gaps_;
};

}  // namespace malin::bench
