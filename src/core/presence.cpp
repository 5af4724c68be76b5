#include "core/presence.hpp"

#include <algorithm>

namespace malin {

Opening plan_opening(const Situation& s, const Job& job, const KindSpec& kind) {
  const Presence& presence = s.seen.presence;
  if (s.is_turn_open()) {
    TimePoint last = s.now;
    for (const Turn& turn : presence.turns) last = std::max(last, turn.expires_at);
    return {.ask_again = last, .why = "she is in the middle of a reply"};
  }
  if (s.is_anyone_busy()) return {.ask_again = s.now + s.config.swap.fast_probe, .why = "she is generating a reply"};
  const TimePoint idle_at = presence.quiet_since + s.config.swap.idle_grace;
  const TimePoint patient_until = job.created_at + kind.patience;
  if (idle_at <= s.now || patient_until <= s.now) return {.is_now = true};
  return {.ask_again = std::min(idle_at, patient_until),
          .why = "she spoke a moment ago; waiting for an idle moment (" + format_duration(idle_at - s.now) + ")"};
}

}  // namespace malin
