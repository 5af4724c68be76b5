#include "core/draft.hpp"

#include <algorithm>

namespace malin {

namespace {

constexpr Duration soon{100};

// Such an action promises nothing, so it need not wait for a commit.
bool looks_or_heals(const Action& action) {
  return std::holds_alternative<ProbeCard>(action) || std::holds_alternative<ProbeEngine>(action) ||
         std::holds_alternative<ProbeRenderer>(action) || std::holds_alternative<ProbeSense>(action) ||
         std::holds_alternative<LookUpRender>(action) || std::holds_alternative<LoadSense>(action) ||
         std::holds_alternative<StartServer>(action) || std::holds_alternative<RestartServer>(action) ||
         std::holds_alternative<ReleaseRenderer>(action);
}

}  // namespace

void Draft::wake_at(TimePoint moment) {
  if (moment <= situation_.now) moment = situation_.now + soon;
  decision_.wake_at = decision_.wake_at ? std::min(*decision_.wake_at, moment) : moment;
}

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
  if (!decision_.changes.empty())
    std::erase_if(decision_.actions, [](const Action& action) { return !looks_or_heals(action); });
  return std::move(decision_);
}

}  // namespace malin
