#include "core/presence.hpp"

#include <algorithm>

namespace malin {

namespace {

// When she was last whole again after a window; the beginning of time when there was none.
TimePoint back_since(const Situation& s) {
  TimePoint newest = TimePoint::min();
  for (const auto& [id, window] : s.ledger.windows) newest = std::max(newest, window.closed_at.value_or(newest));
  return newest;
}

}  // namespace

Opening plan_opening(const Situation& s, const Job& job, const KindSpec& kind) {
  const Presence& presence = s.seen.presence;
  // Whoever waited for her return gets a chance to speak before she goes again, patience or not.
  TimePoint patient_until = job.created_at + kind.patience;
  TimePoint idle_at = presence.quiet_since + s.config.swap.idle_grace;
  if (const TimePoint back = back_since(s); back != TimePoint::min()) {
    const TimePoint stays_until = back + std::max(s.config.swap.idle_grace, s.config.swap.min_present);
    idle_at = std::max(idle_at, stays_until);
    patient_until = std::max(patient_until, stays_until);
  }
  if (s.is_turn_open()) {
    TimePoint last = s.now;
    for (const Turn& turn : presence.turns) last = std::max(last, turn.expires_at);
    const bool is_patient = patient_until > s.now;
    return {.ask_again = is_patient ? std::min(last, patient_until) : last,
            .why = "she is in the middle of a reply",
            .wants_gap = !is_patient};
  }
  if (s.is_anyone_busy()) return {.ask_again = s.now + s.config.swap.fast_probe, .why = "she is generating a reply"};
  if (idle_at <= s.now || patient_until <= s.now) return {.is_now = true};
  return {.ask_again = std::min(idle_at, patient_until),
          .why = "she spoke or came back a moment ago; waiting for an idle moment (" +
                 format_duration(idle_at - s.now) + ")"};
}

}  // namespace malin
