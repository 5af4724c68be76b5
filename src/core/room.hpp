// The room on a card: how much a render could have, and whom to send away so that it has enough.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/draft.hpp"
#include "core/planner.hpp"
#include "core/readiness.hpp"

namespace malin {

// What a render on this renderer can use: the card's free memory and what the renderer holds itself already, less the
// headroom. Both readings asked for at or after `not_before`. nullopt: unknown.
std::optional<Bytes> room_for_render(const Situation& situation, const RendererSpec& renderer, TimePoint not_before);

// The same; what is missing for it is looked at next.
std::optional<Bytes> fresh_room(const Situation& situation, const RendererSpec& renderer, TimePoint not_before,
                                Draft& draft);

// Memory is on its way back since `since`: the card is looked at often enough to lose next to nothing of the wait.
void watch_settling(const Situation& situation, const std::string& card, TimePoint since, Draft& draft);

struct RoomPlan {
  enum class Verdict {
    unknown,  // The card, the renderer or an engine does not answer.
    there,    // Enough is free already.
    evict,    // It is when `evict` are away.
    none,     // Not even then: `why` names who holds the memory.
  };
  Verdict verdict = Verdict::unknown;
  std::vector<std::string> evict;
  std::string why;
  Bytes most;  // none: so much there would be.
};

// For a render of this kind that wants `need`: the kind's recipe if it has one (widened by the planner where allowed
// and needed), else the cheapest set. Senses that are absent already count as gone. Only senses that are ready are sent
// away.
RoomPlan plan_room(const Situation& situation, const std::vector<SenseView>& senses, const KindSpec& kind, Bytes need);

// The senses on this card that may be sent away now for a render of this kind, less those `chosen` already.
std::vector<Candidate> eviction_candidates(const Situation& situation, const std::vector<SenseView>& senses,
                                           std::string_view card, const KindSpec& kind,
                                           const std::vector<std::string>& chosen);

// "brain 19 GB, comfyui 843 MiB": who holds this card's memory, largest first, for people.
std::string describe_holders(const Situation& situation, std::string_view card);

}  // namespace malin
