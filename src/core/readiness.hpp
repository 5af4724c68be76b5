// How each sense stands, and the glow that sums it up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/situation.hpp"

namespace malin {

enum class SenseState {
  ready,      // Loaded, and a deep probe of this very instance passed.
  away,       // An absence is recorded and it is gone: on purpose.
  unloading,  // An absence is recorded and it is still there.
  loading,    // On its way, or there and not yet proved.
  missing,    // Wanted and not there.
  failing,    // Wanted, and bringing it back has failed repeatedly; tried again with growing pauses.
  unknown,    // Its engine does not answer.
};

enum class Glow {
  green,  // All here.
  amber,  // Away on purpose, or coming back from it.
  red,    // Missing.
};

struct SenseView {
  const SenseSpec* spec = nullptr;
  SenseState state = SenseState::unknown;
  const Resident* resident = nullptr;       // The instance that is this sense, if any.
  std::vector<const Resident*> duplicates;  // Further copies of its model that no sense claims.
  std::string why;                          // One line for people; empty when ready.
  double progress = 0;                      // Of a load, 0..1.
};

// In the order of the config. Pointers live as long as the situation's parts.
std::vector<SenseView> view_senses(const Situation& situation);
const SenseView* find_view(const std::vector<SenseView>& views, std::string_view sense);

Glow glow_of(const Situation& situation, const std::vector<SenseView>& views);

// Whether loading `was` again would give `is`: model, identifier, load config, TTL.
bool same_load(const Resident& was, const Resident& is);

const char* to_string(SenseState);
const char* to_string(Glow);

}  // namespace malin
