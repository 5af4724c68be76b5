#include "core/presence.hpp"

#include <algorithm>

namespace malin {

Talk look_at_talk(const Situation& s) {
  Talk talk;
  for (const Turn& turn : s.seen.presence.turns)
    if (turn.expires_at > s.now) talk.turns_end = std::max(talk.turns_end.value_or(s.now), turn.expires_at);
  talk.is_generating = s.is_anyone_busy();
  for (const auto& [id, window] : s.ledger.windows)
    talk.back_since = std::max(talk.back_since, window.closed_at.value_or(talk.back_since));
  return talk;
}

Opening plan_opening(const Situation& s, const Talk& talk, const Job& job, const KindSpec& kind) {
  // Whoever waited for her return gets a chance to speak before she goes again, patience or not.
  TimePoint patient_until = job.created_at + kind.patience;
  TimePoint idle_at = s.seen.presence.quiet_since + s.config.swap.idle_grace;
  if (talk.back_since != TimePoint::min()) {
    const TimePoint stays_until = talk.back_since + std::max(s.config.swap.idle_grace, s.config.swap.min_present);
    idle_at = std::max(idle_at, stays_until);
    patient_until = std::max(patient_until, stays_until);
  }
  if (talk.turns_end) {
    const bool is_patient = patient_until > s.now;
    return {.ask_again = is_patient ? std::min(*talk.turns_end, patient_until) : *talk.turns_end,
            .why = "she is in the middle of a reply",
            .wants_gap = !is_patient};
  }
  if (talk.is_generating) return {.ask_again = s.now + s.config.swap.fast_probe, .why = "she is generating a reply"};
  if (idle_at <= s.now || patient_until <= s.now) return {.is_now = true};
  return {.ask_again = std::min(idle_at, patient_until),
          .why = "she spoke or came back a moment ago; waiting for an idle moment (" +
                 format_duration(idle_at - s.now) + ")"};
}

}  // namespace malin
