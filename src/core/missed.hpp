// How much a sense would be missed, so that the planner sends away whoever is missed least.
#pragma once

#include <cstdint>

#include "core/situation.hpp"

namespace malin {

// While a render of one kind keeps senses away.
class Missed {
 public:
  Missed(const Situation& situation, const KindSpec& kind);

  // Its impact for every second that the render and its own way back keep it away, as far as both were measured, in
  // quarters: a sense that is hardly used counts a quarter of the one that is used most.
  std::int64_t of(const SenseSpec& sense) const;

 private:
  Duration usual_load(const std::string& sense) const;
  std::int64_t quarters_used(const std::string& sense) const;

  const Situation& situation_;
  Duration render_;
  Duration longest_load_{};
  double most_uses_ = 0;
};

}  // namespace malin
