#include "adapters/cards/reported_card.hpp"

namespace malin::adapters {

Result<CardReading> card_of(const RendererReading& renderer) {
  if (!renderer.card_total || !renderer.card_free) {
    return fail(Errc::bad_reply, "the renderer does not tell how much memory its card has");
  }
  const Bytes total = *renderer.card_total;
  const Bytes free = *renderer.card_free;
  if (free < Bytes{0} || free > total) {
    return fail(Errc::bad_reply, "the renderer reports " + format_bytes(free) + " free of " + format_bytes(total));
  }
  return CardReading{.total = total, .used = total - free, .free = free, .holders = {}};
}

Task<Result<CardReading>> ReportedCard::probe() {
  const auto renderer = co_await source_();
  if (!renderer) co_return std::unexpected(renderer.error());
  co_return card_of(*renderer);
}

}  // namespace malin::adapters
