#include "core/missed.hpp"

#include <algorithm>
#include <cmath>

namespace malin {

namespace {

constexpr double uses_enough = 20;          // Of the sense that is used most. Before, nothing is known of habits.
constexpr Duration unknown_render{30'000};  // Of a kind that was never rendered.

}  // namespace

Missed::Missed(const Situation& s, const KindSpec& kind)
    : situation_(s), render_(s.usual_render(kind.name).value_or(unknown_render)) {
  for (const auto& [name, profile] : s.ledger.profiles)
    longest_load_ = std::max(longest_load_, profile.load_time.value_or(Duration{}));
  for (const auto& [name, use] : s.seen.sense_uses) most_uses_ = std::max(most_uses_, count_at(use, s.now));
}

std::int64_t Missed::of(const SenseSpec& sense) const {
  const Duration away = render_ + usual_load(sense.name);
  const std::int64_t seconds = std::max<std::int64_t>(1, std::chrono::round<std::chrono::seconds>(away).count());
  return sense.impact * seconds * quarters_used(sense.name);
}

// Of one that we never loaded, the longest of the others.
Duration Missed::usual_load(const std::string& sense) const {
  const auto own = situation_.ledger.profiles.find(sense);
  return own == situation_.ledger.profiles.end() ? longest_load_ : own->second.load_time.value_or(longest_load_);
}

// 1 to 4. Whose engine tells nothing is taken to be used as much as any.
std::int64_t Missed::quarters_used(const std::string& sense) const {
  const auto own = situation_.seen.sense_uses.find(sense);
  if (own == situation_.seen.sense_uses.end() || most_uses_ < uses_enough) return 4;
  return std::clamp<std::int64_t>(std::llround(4 * count_at(own->second, situation_.now) / most_uses_), 1, 4);
}

}  // namespace malin
