// Finds the requests for media that she writes into her replies: [SELFIE: at the beach], [VIDEO: waving].
// Only the tags of configured kinds count; every other bracket is left as it is.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"

namespace malin {

struct TagRequest {
  std::string kind;
  std::string prompt;  // Trimmed, never empty.

  bool operator==(const TagRequest&) const = default;
};

struct CutReply {
  std::string text;                  // The reply without its tags.
  std::vector<TagRequest> requests;  // In the order of the reply.
};

// A tag is "[", the kind's tag in any letter case, optional blanks, ":", the prompt up to the matching "]" (brackets
// inside the prompt nest). A tag without end or with an empty prompt is text. Where a tag stood between two blanks one
// of them goes too; a line that held nothing but tags goes whole.
CutReply cut_tags(std::string_view reply, std::span<const KindSpec> kinds);

}  // namespace malin
