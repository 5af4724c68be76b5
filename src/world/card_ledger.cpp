#include "world/card_ledger.hpp"

#include <algorithm>
#include <utility>

namespace malin::world {

CardLedger::CardLedger(Clock& clock, std::string name, Bytes total, Bytes reserved)
    : clock_(clock), name_(std::move(name)), total_(total), reserved_(reserved) {}

bool CardLedger::take(const std::string& holder, Bytes amount) {
  if (amount > free()) return false;
  held_[holder] += amount;
  if (on_change) on_change();
  return true;
}

void CardLedger::give_back(const std::string& holder, Bytes amount, Duration late) {
  const auto held = held_.find(holder);
  if (held == held_.end()) return;
  const Bytes returned = std::min(amount, held->second);
  held->second -= returned;
  if (held->second == Bytes{}) held_.erase(held);
  if (late > Duration{} && returned > Bytes{}) late_.push_back({holder, returned, clock_.now() + late});
  if (on_change) on_change();
}

void CardLedger::give_back_all(const std::string& holder, Duration late) { give_back(holder, held_by(holder), late); }

Bytes CardLedger::held_by(const std::string& holder) const {
  const auto held = held_.find(holder);
  return held == held_.end() ? Bytes{} : held->second;
}

Bytes CardLedger::free() const {
  Bytes used = reserved_;
  for (const auto& [holder, amount] : holders()) used += amount;
  return total_ - used;
}

std::map<std::string, Bytes> CardLedger::holders() const {
  const TimePoint now = clock_.now();
  std::erase_if(late_, [now](const Late& late) { return late.at <= now; });
  std::map<std::string, Bytes> all = held_;
  for (const Late& late : late_) all[late.holder] += late.amount;
  return all;
}

}  // namespace malin::world
