// Who is talking. Turns live in memory: a client that is lost stops its heartbeat, and its turn ends by itself.
#pragma once

#include <string>
#include <vector>

#include "core/observation.hpp"
#include "core/result.hpp"

namespace malin::control {

constexpr std::size_t turns_max = 64;

class Turns {
 public:
  Turns(Presence& presence, Duration expiry) : presence_(presence), expiry_(expiry) {}

  // While the gate is closed no turn begins: a window is being opened.
  void close_gate() { is_gate_open_ = false; }
  void open_gate() { is_gate_open_ = true; }
  bool is_gate_open() const { return is_gate_open_; }

  // refused: the gate is closed, or too many turns are open.
  Result<Turn> begin(TimePoint now);
  // The heartbeat. not_found: no such turn, or it expired.
  Result<Turn> keep(const std::string& id, TimePoint now);
  Result<void> end(const std::string& id, TimePoint now);
  // Ends those whose heartbeat stopped.
  void expire(TimePoint now);

 private:
  Presence& presence_;
  Duration expiry_;
  bool is_gate_open_ = true;
  std::uint64_t next_ = 1;
};

}  // namespace malin::control
