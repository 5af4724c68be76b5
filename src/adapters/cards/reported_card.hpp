// A card on another machine, as the renderer there reports it. Nobody tells who holds its memory.
#pragma once

#include <functional>

#include "ports/card.hpp"

namespace malin::adapters {

class ReportedCard final : public Card {
 public:
  using Source = std::function<Task<Result<RendererReading>>()>;

  explicit ReportedCard(Source source) : source_(std::move(source)) {}

  // The errors of the source; bad_reply: it does not tell its card's memory, or tells what cannot be.
  Task<Result<CardReading>> probe() override;

 private:
  Source source_;
};

// The part of a renderer's reading that is about its card.
Result<CardReading> card_of(const RendererReading& renderer);

}  // namespace malin::adapters
