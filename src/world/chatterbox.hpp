// A simulated Chatterbox process: one speech model on the card, and one thing at a time: whoever comes while it speaks
// or loads waits. Its CUDA context stays as long as the process lives. Memory is held under the name "chatterbox".
#pragma once

#include <string>

#include "core/result.hpp"
#include "ports/clock.hpp"
#include "world/card_ledger.hpp"
#include "world/faults.hpp"

namespace malin::world {

struct ChatterboxOptions {
  Bytes model = mebibytes(3606);
  Bytes context = mebibytes(490);
  Duration load_time{4000};
  Duration settle{700};            // How late the card shows an unloaded model's memory free.
  Duration speech_per_letter{65};  // Length of the audio.
  double synthesis_share = 0.4;    // Time to make it, as a share of its length.
};

struct ChatterboxCounters {
  int spoken = 0;
  int loads = 0;
  int unloads = 0;
};

class Chatterbox {
 public:
  static constexpr const char* holder = "chatterbox";

  // Declares its faults.
  Chatterbox(Clock& clock, CardLedger& card, Faults& faults, ChatterboxOptions options = {});

  // The process starts with its model loaded. refused: the card has no room.
  Result<void> start();
  void die();
  bool alive() const { return alive_; }
  bool loaded() const { return loaded_; }
  bool busy() const { return busy_; }
  bool hangs() const { return faults_.find("chatterbox.hangs") != nullptr; }

  // Until nothing else runs in it.
  Task<void> wait_idle();
  // refused: no room, or by fault. unreachable: the process has died meanwhile; so for the other two.
  Task<Result<void>> load();
  Task<Result<void>> unload();
  // The length of the audio. refused: the model is not loaded.
  Task<Result<Duration>> speak(std::string text);

  const ChatterboxCounters& counters() const { return counters_; }
  Task<void> sleep(Duration length) { return clock_.sleep_until(clock_.now() + length); }

 private:
  Clock& clock_;
  CardLedger& card_;
  Faults& faults_;
  ChatterboxOptions options_;
  ChatterboxCounters counters_;
  bool alive_ = false;
  bool loaded_ = false;
  bool busy_ = false;
  int life_ = 0;  // Tells one process from the next.
};

}  // namespace malin::world
