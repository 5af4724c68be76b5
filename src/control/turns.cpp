#include "control/turns.hpp"

#include <algorithm>

namespace malin::control {

Result<Turn> Turns::begin(TimePoint now) {
  if (!is_gate_open_) return fail(Errc::refused, "a window is opening");
  if (presence_.turns.size() >= turns_max) return fail(Errc::refused, "too many turns are open");
  Turn turn{.id = "t-" + std::to_string(to_unix_ms(now)) + "-" + std::to_string(next_++),
            .began_at = now,
            .expires_at = now + expiry_};
  presence_.turns.push_back(turn);
  return turn;
}

Result<Turn> Turns::keep(const std::string& id, TimePoint now) {
  expire(now);
  const auto turn = std::ranges::find(presence_.turns, id, &Turn::id);
  if (turn == presence_.turns.end()) return fail(Errc::not_found, "there is no turn " + id + "; it may have expired");
  turn->expires_at = now + expiry_;
  return *turn;
}

Result<void> Turns::end(const std::string& id, TimePoint now) {
  expire(now);
  const auto turn = std::ranges::find(presence_.turns, id, &Turn::id);
  if (turn == presence_.turns.end()) return fail(Errc::not_found, "there is no turn " + id + "; it may have expired");
  presence_.turns.erase(turn);
  presence_.quiet_since = now;
  return {};
}

void Turns::expire(TimePoint now) {
  for (const Turn& turn : presence_.turns)
    if (turn.expires_at <= now) presence_.quiet_since = std::max(presence_.quiet_since, turn.expires_at);
  std::erase_if(presence_.turns, [now](const Turn& turn) { return turn.expires_at <= now; });
}

}  // namespace malin::control
