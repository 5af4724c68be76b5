#include "core/tags.hpp"

#include <utility>

#include "core/tag_cutter.hpp"

namespace malin {

CutReply cut_tags(std::string_view reply, std::span<const KindSpec> kinds) {
  TagCutter cutter(kinds);
  cutter.feed(reply);
  cutter.finish();
  CutReply cut;
  std::size_t kept = 0;
  for (const Cut& gone : cutter.take_cuts()) {
    cut.text.append(reply.substr(kept, gone.begin - kept));
    kept = gone.end;
  }
  cut.text.append(reply.substr(kept));
  cut.requests = cutter.take_requests();
  if (!cut.requests.empty()) cut.text.erase(cut.text.find_last_not_of(" \t\n\r") + 1);
  return cut;
}

}  // namespace malin
