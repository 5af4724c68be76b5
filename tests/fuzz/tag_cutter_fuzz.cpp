// However a text is split, the streaming cutter must give what it gives for the whole, and what it cuts are pieces of
// the text, in order.
#include "core/tag_cutter.hpp"
#include "fuzz/fuzz.hpp"

using namespace malin;
using namespace malin::fuzzing;

namespace {

const std::vector<KindSpec>& kinds() {
  static const std::vector<KindSpec> made = [] {
    std::vector<KindSpec> two(2);
    two[0].name = two[0].tag = "A";
    two[1].name = two[1].tag = "AB";
    return two;
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  TagCutter whole(kinds(), 64);
  whole.feed(text);
  whole.finish();
  TagCutter pieces(kinds(), 64);
  in_pieces(text, [&](std::string_view piece) {
    pieces.feed(piece);
    return true;
  });
  pieces.finish();
  const std::vector<Cut> cuts = whole.take_cuts();
  const std::vector<TagRequest> requests = whole.take_requests();
  require(cuts == pieces.take_cuts() && requests == pieces.take_requests());
  std::size_t at = 0;
  for (const Cut& cut : cuts) {
    require(at <= cut.begin && cut.begin <= cut.end && cut.end <= size);
    at = cut.end;
  }
  for (const TagRequest& request : requests) require(!request.prompt.empty());
  return 0;
}
