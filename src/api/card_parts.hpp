// Who holds the memory of a card, as far as it can be told apart: each sense and renderer by what it takes, others by
// the names that the driver gives, and what is free. The parts add up to the card's total.
#pragma once

#include <string>
#include <vector>

#include "core/readiness.hpp"

namespace malin::api {

struct CardPart {
  enum class Kind { sense, renderer, other, free };
  Kind kind = Kind::other;
  std::string name;  // Of others: of the process; empty for what has no name.
  Bytes size;
};

// Senses in the order of the config, then renderers, then others from the largest, then what is free. Senses and
// renderers are there even when they hold nothing. Empty: the card cannot be read.
std::vector<CardPart> parts_of(const Situation& situation, const std::vector<SenseView>& views, const CardSpec& card);

const char* to_string(CardPart::Kind kind);

}  // namespace malin::api
