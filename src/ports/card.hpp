// One GPU: how much memory it has and how much is free, as its driver says.
#pragma once

#include "core/reading.hpp"
#include "ports/task.hpp"

namespace malin {

class Card {
 public:
  virtual ~Card() = default;
  // unreachable: no driver, or the card fell off the bus. not_found: no such card.
  virtual Task<Result<CardReading>> probe() = 0;
};

}  // namespace malin
