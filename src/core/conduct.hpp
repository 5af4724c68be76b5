// The conductor: takes jobs through their renders, and windows through their phases. One render a card at a time; a
// window is opened only between turns, and nobody is brought back before the renderer gave its memory back.
#pragma once

#include "core/draft.hpp"
#include "core/readiness.hpp"

namespace malin {

void conduct(const Situation& situation, const std::vector<SenseView>& senses, Draft& draft);

}  // namespace malin
