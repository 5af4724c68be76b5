// What this daemon has seen happen since it started, in numbers: fed with what is committed and with how actions end.
// Counts only grow. Nothing is decided by them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "control/histogram.hpp"
#include "core/action.hpp"
#include "core/change.hpp"
#include "core/observation.hpp"
#include "core/result.hpp"

namespace malin::control {

// Why an attempt at a job came to nothing.
enum class FailureReason {
  no_room,        // The card no longer had the memory.
  out_of_memory,  // In the render.
  stopped,        // Ended before its time: its limit, the end of its window, or a person.
  render_error,   // The renderer says that the graph failed.
  media,          // What came of it is missing, broken or black.
  refused,        // The renderer, the config or the card would not have it.
  lost,           // The renderer knows nothing of it any more.
  unreachable,    // The renderer does not answer.
  delivery,       // It was made and could not be brought to the person.
};

enum class WindowOutcome {
  restored,  // Everyone came back as before.
  aborted,   // Called off, whoever came back.
  changed,   // Someone did not come back, or otherwise than before.
};

class Meters {
 public:
  // `now`: the start of the daemon. Nobody's absence is counted from before.
  explicit Meters(TimePoint now) : counted_at_(now) {}

  // `before`: the ledger without `changes`. `seen`: what they were decided on.
  void committed(const Ledger& before, const Changes& changes, const Observation& seen, TimePoint now);
  // An action that does something has ended.
  void ended(const Action& action, Duration took, const Result<void>& outcome, TimePoint now);
  void turn_began() { ++turns; }

  // How long the sense has been away on purpose, all windows together; from leaving to being ready again.
  Duration away(const std::string& sense, const Ledger& ledger, TimePoint now) const;

  std::map<std::pair<std::string, JobState>, std::int64_t> jobs_ended;  // By kind and how.
  std::map<FailureReason, std::int64_t> failures;
  std::map<std::string, Histogram> waits;    // By kind: from acceptance to the first render.
  std::map<std::string, Histogram> renders;  // By kind: those that ended well, fetching included.
  std::map<std::string, Histogram> loads;    // By sense: those that ended well.
  std::map<WindowOutcome, std::int64_t> windows_closed;
  Histogram windows;  // From opening to closing.
  Histogram settles;  // From the last unload to the first render: the card had to show the memory free.
  std::map<std::pair<std::string, std::string>, std::int64_t> actions;   // By verb and outcome.
  std::map<std::pair<std::string, std::string>, std::int64_t> commands;  // By server and "start" or "restart".
  std::int64_t turns = 0;
  bool is_courier_reached = true;  // false: nobody answered the newest send.

 private:
  void note(const Job* before, const Job& after, const Observation& seen);
  void note(const Window* before, const Window& after, TimePoint now);

  std::map<std::string, Duration> away_;  // By sense, until `counted_at_`.
  TimePoint counted_at_;
  std::map<std::string, TimePoint> unloaded_at_;  // By sense, while its window makes room.
};

const char* to_string(FailureReason);
const char* to_string(WindowOutcome);

}  // namespace malin::control
