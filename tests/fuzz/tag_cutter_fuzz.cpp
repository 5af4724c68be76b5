// However a text is split, the streaming cutter must give what it gives for the whole. The first byte of the input
// chooses the split.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/tag_cutter.hpp"

namespace {

struct Outcome {
  std::vector<malin::Cut> cuts;
  std::vector<malin::TagRequest> requests;

  bool operator==(const Outcome&) const = default;
};

Outcome cut(std::string_view text, std::size_t step, const std::vector<malin::KindSpec>& kinds) {
  malin::TagCutter cutter(kinds, 64);
  std::size_t seed = step;
  while (!text.empty()) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    const std::size_t length = std::min(text.size(), step == 0 ? text.size() : 1 + (seed >> 33U) % step);
    cutter.feed(text.substr(0, length));
    text.remove_prefix(length);
  }
  cutter.finish();
  return {cutter.take_cuts(), cutter.take_requests()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<malin::KindSpec> kinds = [] {
    std::vector<malin::KindSpec> made(2);
    made[0].name = made[0].tag = "A";
    made[1].name = made[1].tag = "AB";
    return made;
  }();
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (cut(text, 0, kinds) != cut(text, 1 + data[0] % 9, kinds)) std::abort();
  return 0;
}
