// How much memory renders of one kind and size want: what the config says, what was measured, or what a person says.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/config.hpp"
#include "core/ledger.hpp"

namespace malin {

// Looks at the card are a moment apart, so a peak may be higher than the highest that was seen.
constexpr std::int64_t peak_margin_share = 8;      // An eighth, ...
constexpr Bytes peak_margin_min = mebibytes(256);  // ... and at least this.

// A figure below the configured one is a promise that less will do, and a wrong one wedges a card or loses a render: so
// many renders in a row must agree first. A figure above it only costs room, and is believed at once; but a margin
// alone raises nothing, for the configured figure has its own.
constexpr std::size_t renders_before_less = 3;

constexpr std::size_t peaks_kept = 5;  // What was once measured with someone else in the way is forgotten again.

// "video-832x480-81frames": the kind, and of its slots those that say how large a picture and how many. `params`: what
// the job sets; the kind's own values stand for the rest. Just the kind's name where its workflow has no such slots.
std::string footprint_name(const KindSpec& kind, const std::map<std::string, std::string>& params);

// What was learned under this name; as good as nothing where that is so.
Footprint find_footprint(const Ledger& ledger, const std::string& name);

// The free VRAM that a render wants, as far as it was learned. Empty: it was not.
std::optional<Bytes> learned_need(const Footprint& footprint);

// And a margin on top.
Bytes with_margin(Bytes size);

// Pinned, else learned, else configured.
Bytes need_in_use(Bytes configured, const Footprint& footprint);
Bytes need_of(const Ledger& ledger, const KindSpec& kind, const std::map<std::string, std::string>& params);

// A render succeeded. What it took, with a margin, is wanted; but no more than the room it had, for that was enough.
void learn_peak(Footprint& footprint, const Peak& peak, TimePoint now);

// A render that wanted `need` ran out of memory in `room`: that and a margin is wanted from now on. Room in which the
// like of it succeeded, or twice what it wanted, was too little for another reason than its size.
void learn_shortage(Footprint& footprint, Bytes need, Bytes room, TimePoint now);

}  // namespace malin
