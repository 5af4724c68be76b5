// A simulated card as the Card port. Faults: "card.gone" (it fell off the bus).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "ports/card.hpp"
#include "world/card_ledger.hpp"
#include "world/faults.hpp"
#include "world/wire.hpp"

namespace malin::world {

class CardPort final : public Card {
 public:
  // All references outlive the port.
  CardPort(CardLedger& card, const Faults& faults, Wire wire) : card_(card), faults_(faults), wire_(std::move(wire)) {}

  Task<Result<CardReading>> probe() override;

  // A reading that is on its way to Malin. May be empty.
  std::function<void(TimePoint asked_at, const CardReading&)> on_reading;

 private:
  Task<Result<CardReading>> read(TimePoint asked_at);

  CardLedger& card_;
  const Faults& faults_;
  Wire wire_;
  std::map<std::string, int> pids_;  // One holder is one process.
};

}  // namespace malin::world
