#include "core/draft.hpp"

namespace malin {

void Draft::tell(std::string kind, std::string subject, std::string text) {
  Event event;
  event.at = situation_.now;
  event.kind = std::move(kind);
  event.subject = std::move(subject);
  event.text = std::move(text);
  change(AddEvent{std::move(event)});
}

void Draft::notify(std::string text) {
  OutboxItem item;
  item.id = new_outbox();
  item.text = std::move(text);
  item.created_at = situation_.now;
  change(PutOutbox{std::move(item)});
}

Decision Draft::finish() && {
  if (!decision_.changes.empty()) decision_.actions.clear();
  return std::move(decision_);
}

}  // namespace malin
