// The memory of one simulated card, to the byte: who holds how much, and what is still on its way back.
// Invariant: total = reserved + sum of holders + free, and free >= 0.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/bytes.hpp"
#include "core/time.hpp"
#include "ports/clock.hpp"

namespace malin::world {

class CardLedger {
 public:
  // `reserved` is the driver's own, never usable.
  CardLedger(Clock& clock, std::string name, Bytes total, Bytes reserved = {});

  // Gives `amount` to `holder` (added to what it has). false, and nothing changes: it does not fit.
  bool take(const std::string& holder, Bytes amount);
  // Takes `amount` of the holder's memory back; the card shows it free `late` after now (drivers settle late).
  void give_back(const std::string& holder, Bytes amount, Duration late = {});
  // All of the holder's.
  void give_back_all(const std::string& holder, Duration late = {});

  Bytes held_by(const std::string& holder) const;  // Without what is on its way back.
  Bytes total() const { return total_; }
  Bytes reserved() const { return reserved_; }
  Bytes free() const;  // Now; what settles late counts as used until then.
  const std::string& name() const { return name_; }
  std::map<std::string, Bytes> holders() const;  // Including memory on its way back.

  // Called after every change a caller makes, and meant for mirrors of the ledger; settling is seen by polling.
  std::function<void()> on_change;

 private:
  struct Late {
    std::string holder;
    Bytes amount;
    TimePoint at;
  };
  Clock& clock_;
  std::string name_;
  Bytes total_;
  Bytes reserved_;
  std::map<std::string, Bytes> held_;
  mutable std::vector<Late> late_;
};

}  // namespace malin::world
